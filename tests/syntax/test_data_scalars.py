"""The strings of YAML, TOML and JSON: their places, against the languages' own parsers."""

import contextlib
import json
import tomllib

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from archiver.syntax import json_strings, toml, yaml
from archiver.syntax.scalars import SyntaxProblem


def read(scalars, text):
    """Key path, raw text and value of each; the raw text must decode to the value."""
    scalars = list(scalars)
    for scalar in scalars:
        raw = text[scalar.start : scalar.end]
        assert (scalar.codec.decode(raw)[0] if scalar.codec else raw) == scalar.value
    return [(".".join(s.path), text[s.start : s.end], s.value) for s in scalars]


YAML = {
    "plain": ("a: b c\n", [("a", "b c", "b c")]),
    "plain with comment": ("a: b#c # d\n", [("a", "b#c", "b#c")]),
    "plain over lines is many pieces": ("a: b\n  c\n", []),
    "single quotes": ("a: 'it''s'\n", [("a", "it''s", "it's")]),
    "single quotes over lines": ("a: 'b\n  c'\n", [("a", "b\n  c", "b c")]),
    "double quotes": (
        'a: "b\\/\\u0026\\x41\\U0001F600"\n',
        [("a", "b\\/\\u0026\\x41\\U0001F600", "b/&A😀")],
    ),
    "double quotes, escaped line end": ('a: "b\\\n  c"\n', [("a", "b\\\n  c", "bc")]),
    "double quotes, folded": ('a: "b \n\n  c"\n', [("a", "b \n\n  c", "b\nc")]),
    "folded block": ("a: >-\n  b\n", [("a", "b", "b")]),
    "literal block": ("a: |2 # c\n    b\n\nd: e\n", [("a", "b", "b"), ("d", "e", "e")]),
    "literal block that repeats its header": ("a: |-\n  |-\n", [("a", "|-", "|-")]),
    "block of many lines": ("a: |\n  b\n  c\n", []),
    "anchor": ("a: &x b\nc: *x\n", [("a", "b", "b"), ("c", "b", "b")]),
    "anchor with quotes": ("a: &x 'b'\n", [("a", "b", "b")]),
    "tag": ("a: !!str b\n", [("a", "b", "b")]),
    "tag with a comment and a new line": ("a: !t # c\n  'b'\n", [("a", "b", "b")]),
    "a tag that names a quote": ("a: !<x'y> 'b'\n", [("a", "b", "b")]),
    "list": ("a:\n- b\n- c: d\n", [("a", "b", "b"), ("a.c", "d", "d")]),
    "flow": (
        "a: {b: c, d: ['e,f', \"g\"]}\n",
        [("a.b", "c", "c"), ("a.d", "e,f", "e,f"), ("a.d", "g", "g")],
    ),
    "quoted and complex keys": ("'a b': c\n? [x]\n: y\n", [("a b", "c", "c"), ("", "y", "y")]),
    "merge": ("a: &m\n  b: c\nd:\n  <<: *m\n", [("a.b", "c", "c")]),
    "astral characters before": ("a: 😀é\nb: c\n", [("a", "😀é", "😀é"), ("b", "c", "c")]),
    "unicode's line ends": ("a: 😀\u2028é\nb: c\n", [("b", "c", "c")]),
    "unicode's line ends in quotes": ("a: 'e\x85 f'\nb: c\n", [("b", "c", "c")]),
    "crlf": ("a: b\r\nc: 'd'\r\n", [("a", "b", "b"), ("c", "d", "d")]),
    "cr": ("a: b\rc: 'd'\r", [("a", "b", "b"), ("c", "d", "d")]),
    "hexo's tabs": ("a:\n\tb: c\n", [("a.b", "c", "c")]),
    "control characters": ("a: \x01\nb: c\n", [("b", "c", "c")]),
    "a lone surrogate": ("a: x\ud800\nb: c\n", [("b", "c", "c")]),
    "numbers and null": (
        "a: 1.10\nb: ~\nc: ''\n",
        [("a", "1.10", "1.10"), ("b", "~", "~"), ("c", "", "")],
    ),
    "empty": ("", []),
    "comment only": ("# a\n", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), YAML.values(), ids=YAML.keys())
def test_yaml_scalars(text, expected):
    scalars = yaml.find_scalars(text)
    assert read([s for s in scalars if "\ufffd" not in s.value], text) == expected


NOT_YAML = {
    "an unquoted template": "a: {{ b }}: c\n",
    "a reserved character": "a: @b\n",
    "two values": "a: b: c\n",
    "a list": "- a\n",
    "prose": "Some prose.\n",
    "an undefined alias": "a: *b\n",
    "a nest": "[" * 100_000,
    "two documents": "a: b\n--- x\nc: d\n",
}


@pytest.mark.parametrize("text", NOT_YAML.values(), ids=NOT_YAML.keys())
def test_what_is_not_a_yaml_mapping(text):
    with pytest.raises(SyntaxProblem) as problem:
        yaml.find_scalars(text)
    assert "\n" not in str(problem.value) and str(problem.value).startswith("not YAML: ")


LINES = {
    "key and value": ("@\na: b\n", [("a", "b", "b")]),
    "url": ("a: https://x/b:c#d # e\n", [("a", "https://x/b:c#d", "https://x/b:c#d")]),
    "quotes": ("a: 'b''c'\nd: \"e\\/f\" # g\n", [("a", "b''c", "b'c"), ("d", "e\\/f", "e/f")]),
    "list of a key": ("a:\n  - b\n  - c\n", [("a", "b", "b"), ("a", "c", "c")]),
    "list of maps": ("a:\n  - b: c\n", [("b", "c", "c")]),
    "quoted key": ("'a b': c\n", [("a b", "c", "c")]),
    "anchor": ("a: &x b\n", [("a", "b", "b")]),
    "template": ("a: {{ b }}\n", []),
    "value before any key": ("- b\n", []),
    "prose": ("Some prose, and more.\n", []),
    "crlf and blanks": ("a: b \r\nc:\td\r\n", [("a", "b", "b"), ("c", "d", "d")]),
    "an open quote": ("a: 'b\nc: d\n", [("c", "d", "d")]),
    "a colon glued to the value": ("a:b\n", []),
}


@pytest.mark.parametrize(("text", "expected"), LINES.values(), ids=LINES.keys())
def test_yaml_by_line(text, expected):
    assert read(yaml.find_scalars_by_line(text), text) == expected


TOML = {
    "basic": ('a = "b\\u0026"\n', [("a", "b\\u0026", "b&")]),
    "literal": ("a = 'b\\c' # 'd'\n", [("a", "b\\c", "b\\c")]),
    "basic block": ('a = """\nb\\\n  c"""\n', [("a", "b\\\n  c", "bc")]),
    "block that ends in its own quotes": ('a = """b"""""\n', [("a", 'b""', 'b""')]),
    "literal block": ("a = '''b'c'''\n", [("a", "b'c", "b'c")]),
    "literal block that ends in a quote": ("a = '''b''''\n", [("a", "b'", "b'")]),
    "dotted and quoted keys": ('a."b.c" . d = "e"\n', [("a.b.c.d", "e", "e")]),
    "table": ('[a.b]\nc = "d"\n', [("a.b.c", "d", "d")]),
    "array of tables": ('[[a]]\nb = "c"\n[[a]]\nb = "d"\n', [("a.b", "c", "c"), ("a.b", "d", "d")]),
    "table with a quoted name": ('["a b"]\nc = "d"\n', [("a b.c", "d", "d")]),
    "array": (
        'a = [ "b", # "x"\n  ["c"],\n]\nd = "e"\n',
        [("a", "b", "b"), ("a", "c", "c"), ("d", "e", "e")],
    ),
    "inline table": ('a = { b = "c", d.e = ["f"] }\n', [("a.b", "c", "c"), ("a.d.e", "f", "f")]),
    "tables in an array": ('a = [{b = "c"}, {b = "d"}]\n', [("a.b", "c", "c"), ("a.b", "d", "d")]),
    "other values": ('a = 2024-02-29T00:00:00Z\nb = [1.0, true]\nc = "d"\n', [("c", "d", "d")]),
    "crlf": ('a = "b"\r\nc = "d"\r\n', [("a", "b", "b"), ("c", "d", "d")]),
    "a comment with a quote": ('# it\'s\na = "b"\n', [("a", "b", "b")]),
    "empty": ("", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TOML.values(), ids=TOML.keys())
def test_toml_strings(text, expected):
    tomllib.loads(text)
    assert read(toml.find_strings(text), text) == expected


def test_toml_with_an_equals_sign_too_many():
    text = 'a = = "b"\nc = "d"\n'
    assert read(toml.find_strings(text), text) == [("a", "b", "b"), ("c", "d", "d")]


JSON = {
    "object": ('{"a": "b"}', [("a", "b", "b")]),
    "escapes": (
        '{"a": "b\\/\\u0026\\ud83d\\ude00\\""}',
        [("a", 'b\\/\\u0026\\ud83d\\ude00\\"', 'b/&😀"')],
    ),
    "nested": ('{"a": {"b": ["c", {"d": "e"}, "f"]}, "g": "h"}',
               [("a.b", "c", "c"), ("a.b.d", "e", "e"), ("a.b", "f", "f"), ("g", "h", "h")]),
    "a value that looks like a key": (
        '{"a": ["b", "c"], "d" : "e"}',
        [("a", "b", "b"), ("a", "c", "c"), ("d", "e", "e")],
    ),
    "other values": ('{"a": 1.0, "b": null, "c": "d"}', [("c", "d", "d")]),
    "braces in strings": ('{"a": "}{][", "b": "c"}', [("a", "}{][", "}{]["), ("b", "c", "c")]),
    "array": ('["a"]', [("", "a", "a")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), JSON.values(), ids=JSON.keys())
def test_json_strings(text, expected):
    json.loads(text)
    assert read(json_strings.find_strings(text), text) == expected


def strings_of(value):
    """Every string value of a parsed document, in order."""
    if isinstance(value, dict):
        return [text for child in value.values() for text in strings_of(child)]
    if isinstance(value, list):
        return [text for child in value for text in strings_of(child)]
    return [value] if isinstance(value, str) else []


NAMES = st.text("abc é'\"\\#:/-", min_size=1, max_size=6)
VALUES = st.text("ab/:#'\"\\,{}[]&* é😀\u0085\u2028\n\t", max_size=12)
DOCUMENTS = st.dictionaries(
    NAMES,
    st.recursive(VALUES, lambda c: st.lists(c, max_size=3) | st.dictionaries(NAMES, c, max_size=3)),
    max_size=4,
)


@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 1]))
def test_json_agrees_with_json(document, ascii_only, indent):
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    found = read(json_strings.find_strings(text), text)
    assert [value for _, _, value in found] == strings_of(document)


@given(
    DOCUMENTS,
    st.booleans(),
    st.sampled_from([None, True, False]),
    st.sampled_from(["'", '"', None]),
)
def test_yaml_agrees_with_pyyaml(document, unicode, flow, style):
    text = pyyaml.safe_dump(
        document,
        allow_unicode=unicode,
        default_flow_style=flow,
        default_style=style,
        sort_keys=False,
    )
    if document:
        found = [value for _, _, value in read(yaml.find_scalars(text), text)]
        wanted = strings_of(document)
        if style == '"':  # one piece each, so all of them are found
            assert found == wanted
        assert not set(found) - {value.strip() for value in wanted} - set(wanted)


def write_toml(value):
    """A value in one of TOML's forms."""
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{json.dumps(k)} = {write_toml(v)}" for k, v in value.items()) + " }"
        )
    if isinstance(value, list):
        return "[\n" + "".join(f"  {write_toml(child)}, # '\n" for child in value) + "]"
    if "'" not in value and "\n" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


@given(DOCUMENTS)
def test_toml_agrees_with_tomllib(document):
    text = "".join(f"{json.dumps(key)} = {write_toml(value)}\n" for key, value in document.items())
    assert tomllib.loads(text) == document
    found = read(toml.find_strings(text), text)
    assert [value for _, _, value in found] == strings_of(document)


SOUP = st.lists(
    st.sampled_from(["'", '"', '"""', "'''", "\\", "{", "}", "[", "]", "=", ":", ",", "\n", "\r",
                     " ", "#", "a", "- ", "&", "*", "|", ">", "!", "\ud800", "\x00", "é"]),
    max_size=40,
).map("".join)  # fmt: skip


@given(SOUP)
def test_any_text_has_an_answer(text):
    found = [*toml.find_strings(text)]
    found += [*json_strings.find_strings(text)]
    found += yaml.find_scalars_by_line(text)
    with contextlib.suppress(SyntaxProblem):
        found += yaml.find_scalars(text)
    assert all(0 <= scalar.start <= scalar.end <= len(text) for scalar in found)


def test_aliases_do_not_multiply():
    text = "a0: &a0 [x, x]\n"
    text += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    assert len(yaml.find_scalars(text)) == 2
