"""What stands in a post: its name, its YAML and TOML, its harmless HTML."""

from __future__ import annotations

import tomllib
import unicodedata
from datetime import UTC, datetime

import pyromark
import pytest
import turbohtml
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from archiver.errors import ConfigError
from archiver.feeds.items import Feed, FeedItem
from archiver.feeds.markdown_html import html_in_markdown
from archiver.feeds.naming import check_pattern, folded, name_post, slug_of, unique_name
from archiver.feeds.posts import write_post
from archiver.feeds.sanitizing import sanitize
from archiver.feeds.scalars import toml_string, yaml_quoted, yaml_scalar
from archiver.feeds.settings import FORMS, PostSettings
from archiver.syntax.html_shape import names_in, shape_of

NOW = datetime(2022, 5, 11, 2, 16, 25, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    ["yes", "NULL", "1e3", "0x1", "2022-05-11", "12:30", "@me", "%x", "- a", "a: b", "a #b", "'",
     '"', "\\", "{{ x }}", "!t", "&a", "*a", "|", ">", "?", "a\nb", "\u2028", "\ufeff", "🎉", "~",
     "=", "<<", " a ", "", "a:", ".inf", "\x00", "\x85", "👨‍👩‍👧"]
)  # fmt: skip


@settings(max_examples=examples(300), deadline=None)
@given(TEXTS)
def test_values_parse_back_to_the_text(text: str) -> None:
    for written in (yaml_scalar(text), yaml_quoted(text)):
        assert yaml.safe_load(f"title: {written}\nnext: 1\n") == {"title": text, "next": 1}
        assert yaml.safe_load(f"a:\n - {written}\n") == {"a": [text]}
    assert tomllib.loads(f"a = {toml_string(text)}") == {"a": text}


@settings(max_examples=examples(100), deadline=None)
@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.sampled_from(FORMS))
def test_every_form_says_what_the_item_says(
    title: str, author: str, categories: list[str], form: str
) -> None:
    item = FeedItem(title=title, authors=(author,), categories=tuple(categories), html="<p>x</p>")
    post = write_post(item, Feed(), NOW, PostSettings(template=form)).decode()
    mark = "+++" if form == "zola" else "---"
    front = post.strip().split(f"{mark}\n")[1] if mark in title else post.split(f"{mark}\n", 2)[1]
    if mark in title or mark in author or any(mark in c for c in categories):
        return
    found = tomllib.loads(front) if form == "zola" else yaml.safe_load(front)
    inner = found["extra"] if form == "zola" else found
    assert (found["title"], inner["author"], inner["categories"]) == (title, author, categories)


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=300), st.text(max_size=30))
def test_names_are_safe(title: str, author: str) -> None:
    name = name_post("{date:%Y-%m-%d}-{slug}-{author}", NOW, title, author, "0badf00d")
    assert name.startswith("2022-05-11-") and "/" not in name
    assert len(name.encode()) <= 200 and unicodedata.is_normalized("NFC", name)
    assert not set(name) & set('<>:"|?*\\\0') and name == name.strip(" .")
    bare = name_post("{slug}", NOW, title, author, "0badf00d")
    assert bare and bare[0] not in ".-_ " and bare.partition(".")[0].lower() not in RESERVED


RESERVED = {"con", "prn", "aux", "nul", "com1", "lpt9", "index", "_index"}
SLUGS = {
    "Chinese": ("雷军：小米 1000 万！", "雷军-小米-1000-万"),
    "marks of Hindi": ("नमस्ते दुनिया", "नमस्ते-दुनिया"),
    "Arabic": ("مرحبا بالعالم", "مرحبا-بالعالم"),
    "accents are composed": ("Cafe\u0301", "caf\xe9"),
    "a path": ("../../etc/passwd", "etc-passwd"),
    "a device": ("CON", "con_"),
    "the page of a folder": ("Index", "index_"),
    "bidirectional marks": ("a\u202eb", "ab"),
    "emoji only": ("🎉🎉", ""),
    "long, of three bytes each": ("长" * 100, "长" * 40),
}


@pytest.mark.parametrize(("title", "slug"), SLUGS.values(), ids=SLUGS.keys())
def test_slugs(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_no_two_names_are_alike() -> None:
    taken: set[str] = set()
    for number, name in enumerate(["A", "a", "\u00e9", "e\u0301", "a", "A"]):
        mark = f"{number:032x}"
        taken.add(folded(unique_name(name, ".md", mark, lambda n: folded(n) in taken)))
    assert len(taken) == 6


@pytest.mark.parametrize("pattern", ["", "post", "{slg}", "{date", "{slug.__class__}", "{}", "{0}"])
def test_wrong_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(ConfigError):
        check_pattern(pattern)


ATTACKS = {
    "script": "a<script>x()</script>b",
    "handler": "<img src=a.png onerror=x() ONLOAD=y()>",
    "form": "<form action=/x><input name=a><button>b</button>text</form>",
    "javascript URL": "<a href=' java\tscript:x()'>a</a>",
    "coded URL": "<a href='&#106;avascript:x()'>a</a>",
    "frame's document": "<iframe srcdoc='<script>x()</script>' src='javascript:x()'></iframe>",
    "drawing": "<svg onload=x()><script>x()</script><a xlink:href='javascript:x()'>a</a></svg>",
    "drawing that moves": "<svg><a><animate attributeName=href values=javascript:x() /></a></svg>",
    "body": "<body onload=x()>a",
    "out of the div": "</div></div><script>x()</script>",
    "formula": "<math><mtext><mglyph><style><!--</style><img title='--><img src onerror=x()>'>",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=x()>'></noscript>",
    "template": "<template><img src=x onerror=x()></template>",
    "data picture to go to": "<a href='data:image/png;base64,data:text'>a</a>",
    "data page": "<a href='data:text/html,<script>x()</script>'>a</a>",
    "object": "<object data=x.swf></object><embed src=x>",
    "refresh": "<meta http-equiv=refresh content='0;url=x'><base href=//evil.example>",
    "odd names": "<a\" onclick=x() \"b>c</a\"> <x/onclick=x()>",
    "raw text": "<xmp><img src=x onerror=x()></xmp><textarea></textarea><img src=x onerror=x()>",
}  # fmt: skip
HARMFUL = {"script", "form", "input", "button", "object", "embed", "meta", "base", "template"}


@pytest.mark.parametrize("html", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_acts_is_taken_out(html: str) -> None:
    clean = sanitize(html)
    for text in (clean, f"<div>{clean}</div>", html_in_markdown(clean)):
        names = names_in(text)
        assert not names.keys() & HARMFUL
        assert not any(name.lower().startswith("on") for found in names.values() for name in found)
        values = " ".join(str(v) for *_, found in shape_of(text) for v in found.values())
        assert "script:" not in values.lower() and "data:text" not in values
    assert sanitize(clean) == clean


KEPT = {
    "the seed's": '<p data-vmark="1"><a data-u="https://v.example/?a=1&b=2" href="?a=1&b=2">x</a>',
    "unquoted, upper case": "<P CLASS=a>b<BR><IMG SRC=a.png></P>",
    "a video": "<p><iframe src='https://video.example/1' allowfullscreen></iframe></p>",
    "an image inside": "<img src='data:image/png;base64,AAAA'>",
    "a drawing": '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>',
    "plain": "a < b & c",
}


@pytest.mark.parametrize("html", KEPT.values(), ids=KEPT.keys())
def test_what_is_harmless_stays_as_it_came(html: str) -> None:
    closed = html if not html.startswith("<p data") else html + "</p>"
    assert sanitize(closed) == closed


IN_MARKDOWN = {
    "an empty line": "<p>a</p>\n\n\n    <p>b *c* _d_</p>\n \n<img src=a.png>",
    "preformatted": "<pre>a\n\n    b\n\n\nc</pre>",
    "CRLF": "<p>a\r\n\r\n    b</p>",
    "in an attribute": '<img alt="a\n\n    b" src="a.png">',
    "in a comment": "<p>a<!-- b\n\n    c --></p>",
    "text": "a\n\n# b\n\n    c",
    "templates": "<code>{{ x }} {% y %} {# z #}</code><a title='{{'>a</a>",
}


@pytest.mark.parametrize("html", IN_MARKDOWN.values(), ids=IN_MARKDOWN.keys())
def test_html_stays_what_it_is_in_markdown(html: str) -> None:
    """As CommonMark renders the post, against the item's own HTML, but for white space between."""
    written = html_in_markdown(html)
    assert not any(mark in written for mark in ("{{", "{%", "{#"))
    shown = pyromark.html(f"<div>\n{written}\n</div>\n")
    assert _words(shown) == _words(f"<div>\n{html}\n</div>\n")


def _words(html: str) -> tuple[list[str], list[str], list[str]]:
    document = turbohtml.parse(html.replace("\r\n", "\n"))
    elements = document.select("body *")
    kept = [element.text for element in document.select("pre, code")]
    return (
        [f"{e.tag} {sorted((k, str(v)) for k, v in e.attrs.items())}" for e in elements],
        kept,
        document.select("body")[0].text.split(),
    )
