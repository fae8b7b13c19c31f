"""The URLs of CSS, and what tinycss2 says of them."""

import pytest
import tinycss2
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from archiver.syntax.css import find_css_urls

SHEETS = {
    "unquoted": ("a{b:url( a\\(1\\).png )}", [("a\\(1\\).png", "url")]),
    "quoted": ("a{b:url('a b.png') url(\"c.png\")}", [("a b.png", "url"), ("c.png", "url")]),
    "escaped name": ('a{b:u\\72l("d.png")}', [("d.png", "url")]),
    "upper case": ("a{b:URL(x.png)}", [("x.png", "url")]),
    "src()": ("a{b:src('x.png')}", [("x.png", "url")]),
    "comment": ("/* url(a) */ a{b:none/*;url(*/} c{d:url(e)}", [("e", "url")]),
    "no comment inside url": ("a{b:url(/*d*/e.png)}", [("/*d*/e.png", "url")]),
    "string is text": ("a{content:'url(a)'; quotes:\"a.png\" 'b'}", []),
    "attribute selector": ("[style*='url(a)']{b:c}", []),
    "empty": ("a{b:url();c:url('')}", []),
    "bad url": ("a{b:url(a b);c:url(d.png)}", [("d.png", "url")]),
    "bad url with a quote": ("a{b:url(a'b);c:url(d.png)}", [("d.png", "url")]),
    "image-set": (
        "a{b:image-set('a' type('image/avif') 1x, url(b) 2x)}",
        [("a", "image-set"), ("b", "image-set")],
    ),
    "-webkit-image-set": ("a{b:-webkit-image-set('a' 1x)}", [("a", "image-set")]),
    "import": (
        "@import 'a.css' screen; @import url(b.css); @import url('c.css') x;",
        [("a.css", "import"), ("b.css", "import"), ("c.css", "import")],
    ),
    "import with supports": (
        "@import 'a.css' supports(background: url(b));",
        [("a.css", "import")],
    ),
    "import with a second string": ("@import 'a.css' 'b.css';", [("a.css", "import")]),
    "import with a second url()": ("@import url('a.css') url('b.css');", [("a.css", "import")]),
    "import with a second unquoted url": (
        "@import url(a.css) url(b.css);",
        [("a.css", "import")],
    ),
    "import behind a comment": ("@import/**/'a.css';", [("a.css", "import")]),
    "import behind something else": ("@import,'a.css';", []),
    "import with src()": ("@import src('a.css');", [("a.css", "import")]),
    "import of a name": ("@import layer 'a.css';", []),
    "import of a function": ("@import supports(url(a.css));", []),
    "string after an import": ("@import 'a.css'; b{content:'c'}", [("a.css", "import")]),
    "namespace": ("@namespace svg url(http://n); a{b:url(c)}", [("c", "url")]),
    "document": (
        "@document url(http://n){a{b:url(c)}} @-moz-document url(http://n){a{b:url(d)}}",
        [("c", "url"), ("d", "url")],
    ),
    "font": ("@font-face{src:url(f.woff2)} a{b:url(c)}", [("f.woff2", "font"), ("c", "url")]),
    "font face that its block ends": ("a{@font-face} b{c:url(d)}", [("d", "url")]),
    "font face that its semicolon ends": ("@font-face;b{c:url(d)}", [("d", "url")]),
    "the same in a block": ("@media x{@font-face;b{c:url(d)}}", [("d", "url")]),
    "a semicolon in brackets ends nothing": ("@namespace a(;) url(http://n);", []),
    "nested in media": (
        "@media x{@font-face{src:url(f)} a{b:url(c)}}",
        [("f", "font"), ("c", "url")],
    ),
    "declarations of an attribute": ("background:url(a);color:red", [("a", "url")]),
    "string in an attribute": ("content:'url(a)';color:red", []),
    "unclosed": ("a{b:url(x.png", [("x.png", "url")]),
    "unclosed string": ("a{b:url('x.png", [("x.png", "url")]),
    "string ended by a line": ("a{b:'x\nurl(y)}", [("y", "url")]),
    "hex escape and line end": ("a{content:'\\1\nurl(z)'}", []),
    "line break in a string": ("a{b:url('d\\\ne.png')}", [("d\\\ne.png", "url")]),
    "bad string inside url": ("a{b:url('x\n)}", []),
    "stray closers": ("}}) a{b:url(c)}", [("c", "url")]),
}


@pytest.mark.parametrize(("text", "expected"), SHEETS.values(), ids=SHEETS.keys())
def test_find_css_urls(text, expected):
    found = [(text[u.start : u.end], u.place) for u in find_css_urls(text)]
    assert found == expected


PIECES = st.sampled_from(
    [
        "url(",
        "URL(",
        "u\\72l(",
        ")",
        "(",
        "{",
        "}",
        "[",
        "]",
        ";",
        ":",
        "'",
        '"',
        "\\",
        "\n",
        " ",
        "a",
        "1",
        "/*",
        "*/",
        "type(",
        "@import ",
        "@media ",
        "x.png",
        "é",
        "-",
        "#",
        "<!--",
        "\\26 ",
        ",",
    ]
)


@settings(max_examples=examples(300))
@given(st.lists(PIECES, max_size=14).map("".join))
def test_urls_as_tinycss2(text):
    if text.endswith("\\") or "\\\n" in text or r"\\)" in text:
        return  # where tinycss2 leaves the standard
    found = [url for url in find_css_urls(text) if url.place == "url"]
    ours = [url.codec.decode(text[url.start : url.end])[0] for url in found]
    rules = tinycss2.parse_component_value_list(text)
    assert [url for url in ours if url] == [url for url in _urls(rules) if url]


def _urls(nodes, rule="", name=""):
    """Every URL outside of `@import`, by tinycss2's tree."""
    for node in nodes:
        if node.type == "at-keyword":
            rule = node.lower_value
        elif node.type == "literal" and node.value == ";":
            rule = ""
        elif node.type == "url" or (node.type == "string" and name == "url"):
            if rule != "import":
                yield node.value
        elif node.type == "function":
            yield from _urls(node.arguments, rule, node.lower_name)
        elif node.type in ("() block", "[] block"):
            yield from _urls(node.content, rule)
        elif node.type == "{} block":
            yield from _urls(node.content)
            rule = ""
