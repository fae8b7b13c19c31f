"""Where a front matter stands and in which language: delimiters of the site generators."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.syntax.frontmatter import find_bare_values, find_front_matter

# text → (language, data, body); None: no front matter
FRONT_MATTERS = {
    "yaml": ("---\na: 1\n---\nb", ("yaml", "a: 1\n", "b")),
    "ends in dots": ("---\na: 1\n...\nb", ("yaml", "a: 1\n", "b")),
    "empty": ("---\n---\nb", ("yaml", "", "b")),
    "closing line is the last, without newline": ("---\na: 1\n---", ("yaml", "a: 1\n", "")),
    "trailing blanks": ("--- \na: 1\n---\t \nb", ("yaml", "a: 1\n", "b")),
    "crlf": ("---\r\na: 1\r\n---\r\nb", ("yaml", "a: 1\r\n", "b")),
    "cr": ("---\ra: 1\r---\rb", ("yaml", "a: 1\r", "b")),
    "bom": ("\ufeff---\na: 1\n---\nb", ("yaml", "a: 1\n", "b")),
    "blank lines first": ("\n \t\n---\na: 1\n---\nb", ("yaml", "a: 1\n", "b")),
    "bom and blank lines": ("\ufeff\r\n---\r\na: 1\r\n---\r\nb", ("yaml", "a: 1\r\n", "b")),
    "hexo's longer line": ("-----\na: 1\n---\n-----\nb", ("yaml", "a: 1\n---\n", "b")),
    "indented dashes are data": ("---\na: |\n  ---\n---\nb", ("yaml", "a: |\n  ---\n", "b")),
    "dashes with a tail are data": ("---\na: |\n---x\n---\nb", ("yaml", "a: |\n---x\n", "b")),
    "toml": ("+++\na = 1\n+++\nb", ("toml", "a = 1\n", "b")),
    "json": ('{\n"a": "}"\n}\nb', ("json", '{\n"a": "}"\n}', "\nb")),
    "json, empty": ("{}\nb", ("json", "{}", "\nb")),
    "hexo's json": (';;;\n"a": 1\n;;;\nb', ("json", '"a": 1\n', "b")),
    "hexo's json without opening line": ("title: a\n;;;\nb", ("json", "title: a\n", "b")),
    "in a comment": ("<!--\n---\na: 1\n---\n-->\nb", ("yaml", "a: 1\n", "\nb")),
    "hexo without opening line": ("title: a\nb: 1\n---\nc", ("yaml", "title: a\nb: 1\n", "c")),
    "bare keys": ("Title: a\nB: 1\n\nc", ("bare", "Title: a\nB: 1\n", "\nc")),
    "bare keys, continued": ("Title: a\n    b\n\nc", ("bare", "Title: a\n    b\n", "\nc")),
    "bare keys to the end": ("Title: a", ("bare", "Title: a", "")),
    "bare keys, crlf": ("Title: a\r\nB: 1\r\n\r\nc", ("bare", "Title: a\r\nB: 1\r\n", "\r\nc")),
    "bare keys, dashes after a blank line": (
        "Title: a\n\nText\n\n---\nb", ("bare", "Title: a\n", "\nText\n\n---\nb"),
    ),
    "prose first": ("Intro\n\n---\na: 1\n---\nb", None),
    "an unknown first key is prose": ("Note: a\nb: 1\n\nc", None),
    "a setext heading": ("Note: a\n---\nc", None),
    "never closed": ("---\na: 1\n", None),
    "a rule of dashes and blanks": ("- - -\na: 1\n- - -\n", None),
    "indented": (" ---\na: 1\n---\n", None),
    "json never closed": ('{"a": "b"\n', None),
    "a tag of Liquid": ("{% img a.png %}\n---\n", None),
    "a shortcode": ("{{< figure src='a' >}}\n", None),
    "a comment without front matter": ("<!--\nprose\n-->\n", None),
    "a comment never closed": ("<!--\n---\na: 1\n---\nb", None),
    "empty text": ("", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FRONT_MATTERS.values(), ids=FRONT_MATTERS.keys())
def test_find_front_matter(text, expected):
    found = find_front_matter(text)
    seen = found and (found.language, text[found.start : found.end], text[found.body :])
    assert seen == expected


BARE = {
    "value on the key's line": ("Cover: a.png\n", [("Cover", "a.png")]),
    "blanks around": ("Cover:   a.png  \n", [("Cover", "a.png")]),
    "continued lines": ("A: b\n    c.png\n", [("A", "b"), ("A", "c.png")]),
    "empty value": ("A:\nB: c\n", [("B", "c")]),
    "a colon in the value": ("A: http://x/b:c\n", [("A", "http://x/b:c")]),
}


@pytest.mark.parametrize(("text", "expected"), BARE.values(), ids=BARE.keys())
def test_find_bare_values(text, expected):
    found = find_bare_values(text)
    assert [(scalar.path[0], scalar.value) for scalar in found] == expected
    assert all(text[scalar.start : scalar.end] == scalar.value for scalar in found)


PIECES = st.sampled_from(
    ["---", "+++", ";;;", "...", "\n", "\r\n", "\r", " ", "\ufeff", "a: b", "title: x", "{", '"',
     "}", "<!--", "-->", "[", "%}", "\\", "é"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_has_an_answer(text):
    found = find_front_matter(text)
    assert found is None or 0 <= found.start <= found.end <= found.body <= len(text)
