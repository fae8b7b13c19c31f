"""Escapes of every grammar, checked by the grammars' own parsers where there is one."""

import json
import tomllib

import pytest
import tinycss2
import turbohtml
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archiver.syntax import escapes

CASES = {
    "html: named": (escapes.HTML_ATTRIBUTE, "a&amp;b&quot;", 'a&b"'),
    "html: without semicolon before =": (
        escapes.HTML_ATTRIBUTE,
        "i?id=1&copy=2&lt=5",
        "i?id=1&copy=2&lt=5",
    ),
    "html: without semicolon before -": (escapes.HTML_ATTRIBUTE, "&sect-2", "§-2"),
    "html: longer than a name": (escapes.HTML_ATTRIBUTE, "&notit;", "&notit;"),
    "html: numbers": (escapes.HTML_ATTRIBUTE, "&#38;&#x26;&#038;&#150;&#0;", "&&&–\ufffd"),
    "html: a number beyond Unicode": (
        escapes.HTML_ATTRIBUTE,
        "&#x110000;&#" + "9" * 5000,
        "\ufffd\ufffd",
    ),
    "html: nul": (escapes.HTML_ATTRIBUTE, "b\0c", "b\ufffdc"),
    "html: two characters": (escapes.HTML_ATTRIBUTE, "&NotEqualTilde;", "≂̸"),
    "xml: own entity": (
        escapes.xml_codec({"img": "https://h/"}),
        "&img;a&amp;&#x2E;",
        "https://h/a&.",
    ),
    "xml: a name of HTML": (escapes.XML_TEXT, "&nbsp;", "\xa0"),
    "xml: unknown": (escapes.XML_TEXT, "&x; & &;", "&x; & &;"),
    "cdata": (escapes.CDATA, "&amp;\\", "&amp;\\"),
    "css: hex eats one blank": (escapes.CSS_STRING, "b?x=1\\26 y", "b?x=1&y"),
    "css: characters": (escapes.CSS_URL, "a\\(1\\)\\ \\\\", "a(1) \\"),
    "css: line break": (escapes.CSS_STRING, "a\\\nb\\\r\nc\\", "abc"),
    "css: hex then CRLF": (escapes.CSS_STRING, "\\1\r\nx", "\x01x"),
    "markdown: punctuation only": (
        escapes.MARKDOWN_DESTINATION,
        "a\\)b\\c&amp;&copy",
        "a)b\\c&&copy",
    ),
    "markdown: table cell": (escapes.TABLE_CELL, "a\\|b", "a|b"),
    "yaml: single": (escapes.YAML_SINGLE, "it''s\n  a\n\n b", "it's a\nb"),
    "yaml: double": (escapes.YAML_DOUBLE, "h:\\/\\/a\\u0026\\x41\\\n   .png", "h://a&A.png"),
    "yaml: folded": (escapes.YAML_DOUBLE, "a  \n b", "a b"),
    "toml": (escapes.TOML_BASIC, 'a\\u0026\\U0001F600\\"\\\n  b', 'a&😀"b'),
    "json": (escapes.JSON_STRING, 'h:\\/\\/a\\u0026\\ud83d\\ude00\\"', 'h://a&😀"'),
    "json: lone surrogate": (escapes.JSON_STRING, "\\ud83d.", "\ufffd."),
}


@pytest.mark.parametrize(("codec", "raw", "text"), CASES.values(), ids=CASES.keys())
def test_decode(codec, raw, text):
    decoded, segments = codec.decode(raw)
    assert decoded == text
    assert _rebuilt(decoded, raw, segments) == decoded


def _rebuilt(text, raw, segments):
    """The text again, from the raw characters between the segments."""
    parts, text_at, raw_at = [], 0, 0
    for segment in segments:
        assert segment.text_start - text_at == segment.raw_start - raw_at
        parts += [raw[raw_at : segment.raw_start], text[segment.text_start : segment.text_end]]
        text_at, raw_at = segment.text_end, segment.raw_end
    return "".join([*parts, raw[raw_at:]])


CODECS = [value for value in vars(escapes).values() if isinstance(value, escapes.Codec)]
SAFE = st.from_regex(r"[A-Za-z0-9._~/:%-]{0,40}", fullmatch=True)


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
@given(url=SAFE)
def test_links_we_write_need_no_escapes(codec, url):
    assert codec.decode(url) == (url, [])


HTML_BITS = st.sampled_from(
    [
        "&",
        "amp",
        ";",
        "#",
        "x",
        "38",
        "26",
        "=",
        "copy",
        "not",
        "in",
        "lt",
        "-",
        "é",
        "0",
        "80",
        "A",
    ]
)


@given(st.lists(HTML_BITS, max_size=12).map("".join))
def test_html_attributes_as_a_browser(raw):
    image = turbohtml.parse(f'<img alt="{raw}">').find("img")
    assert escapes.HTML_ATTRIBUTE.decode(raw)[0] == image.attr("alt")


CSS_BITS = st.sampled_from(["\\", "2", "6", " ", "a", "(", "'", "\n", "\r\n", "z", "é", "f"])


@given(st.lists(CSS_BITS, max_size=10).map("".join))
def test_css_strings_as_tinycss2(raw):
    tokens = tinycss2.parse_component_value_list(f'"{raw}"')
    if len(tokens) == 1 and tokens[0].type == "string" and not raw.endswith("\\"):
        assert escapes.CSS_STRING.decode(raw.replace("\r\n", "\n"))[0] == tokens[0].value


QUOTED_BITS = st.sampled_from(["\\", "/", "u0026", "n", "a", " ", "x41", "t", "\n", "'", "é", "\t"])


@given(st.lists(QUOTED_BITS, max_size=10).map("".join))
def test_quoted_scalars_as_their_parsers(raw):
    for codec, read in (
        (escapes.JSON_STRING, lambda: json.loads(f'"{raw}"', strict=False)),
        (escapes.TOML_BASIC, lambda: tomllib.loads(f'x = """a{raw}"""')["x"][1:]),
        (escapes.YAML_SINGLE, lambda: yaml.safe_load(f"x: '{raw}'")["x"]),
    ):
        try:
            expected = read()
        except (ValueError, yaml.YAMLError, TypeError, KeyError):
            continue
        assert codec.decode(raw)[0] == expected, codec.name
