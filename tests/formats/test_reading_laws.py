"""Laws of every document: spans, restoring, reading again; and what html5lib sees."""

import html5lib
import pytest
import turbohtml
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from archiver.formats import FORMATS, ReadingSettings, detect_format, read_document
from archiver.rewrite.edits import plan_edits
from archiver.rewrite.splice import plan_splices, splice, unsplice

BASE = "https://site.example/post/"
PIECES = [
    '<img src="https://h.example/a.png">',
    "<img src=/b.png?x=1&amp;y=2 srcset='c.png, d.png 2x'>",
    '<img data-src="e.png" src="data:image/gif;base64,AA">',
    "<base href='/x/'>",
    "<IMG\nSRC\n= 'f g.png'>",
    '<p style="background:url(&quot;i.png&quot;)">',
    "<style>a{b:url(j.png)}",
    "</style>",
    "<svg>",
    "<image xlink:href=k.png />",
    "</svg>",
    "<noscript>",
    "</noscript>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<textarea>",
    "</textarea>",
    "<template>",
    "</template>",
    "<table>",
    "<td>",
    "</table>",
    "<picture><source srcset=l.avif>",
    "</picture>",
    "<a href=m.jpg>",
    "</a>",
    "<b>",
    "</b>",
    "<p>",
    "</p>",
    "<select>",
    "<option>",
    '<iframe srcdoc="<img src=n.png>">',
    "</iframe>",
    "<body background=o.gif>",
    "text 图 é",
    "&amp;",
    "\r\n",
    "\r",
    "\n",
    "\0",
    '"',
    "'",
    "<",
    ">",
    "=",
    "src=",
    "<title>",
    "<math>",
    '<meta property="og:image" content="p.png">',
    "<meta http-equiv=content-security-policy content=x>",
    "<img crossorigin src=q.png>",
    "![r](s.png)",
    "`",
    "---\n",
    "cover: https://h.example/t.png\n",
    "<![CDATA[",
    "]]>",
    "url(u.png)",
    "{",
    "}",
    ";",
    "<item><description>",
    "<rss>",
    "\\",
    "(",
    ")",
    "[x]: v.png",
]
WORDS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
ENCODINGS = st.sampled_from(["utf-8", "gb18030", "utf-16", "cp1252", "cp932", "utf-8-sig"])


def read(document, name):
    return read_document(document, format=name, base_url=BASE)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=examples(120), deadline=None)
@given(words=WORDS, encoding=ENCODINGS)
def test_spans_are_sorted_disjoint_and_true(name, words, encoding):
    document = words.encode(encoding, "replace")
    reading = read(document, name)
    end = 0
    for one in reading.references:
        assert end <= one.span.start < one.span.end <= len(document)
        assert document[one.span.start : one.span.end] == one.raw
        end = one.span.end
    assert all(0 <= one.span.start <= one.span.end <= len(document) for one in reading.adjustments)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=examples(120), deadline=None)
@given(words=WORDS, encoding=ENCODINGS)
def test_rewriting_can_be_undone(name, words, encoding):
    document = words.encode(encoding, "replace")
    reading = read(document, name)
    assert (
        splice(document, plan_edits(reading, [one.raw for one in reading.references])) is not None
    )
    links = [
        f"L/{place}.png".encode(reading.encoding) for place, _ in enumerate(reading.references)
    ]
    edits = plan_edits(reading, links)
    splices = plan_splices(document, edits)
    assert unsplice(splice(document, edits), splices) == document


@settings(max_examples=examples(200), deadline=None)
@given(words=WORDS, encoding=ENCODINGS)
def test_rewritten_html_has_the_same_tags_and_the_links(words, encoding):
    document = words.encode(encoding, "replace")
    reading = read(document, "html")
    links = [f"https://l.example/{place}.png" for place, _ in enumerate(reading.references)]
    plain = [link.encode(reading.encoding) for link in links]
    edits = [
        edit
        for edit in plan_edits(reading, plain)
        if any(edit.span == one.span for one in reading.references)
    ]
    after = splice(document, edits)
    again = read(after, "html")
    assert [one.url for one in again.references] == links
    assert _tags(document, reading.encoding) == _tags(after, reading.encoding)


def _tags(document, encoding):
    text = document.decode(encoding, "replace")
    elements = turbohtml.parse(text, allow_declarative_shadow_roots=False).select("*")
    return [element.tag for element in elements]


@settings(max_examples=examples(200), deadline=None)
@given(words=WORDS.filter(lambda words: "<select" not in words.lower()))
def test_images_are_those_html5lib_sees(words):
    """A ``<select>`` holds any content since 2025, which html5lib doesn't know."""
    tree = html5lib.parse(words, namespaceHTMLElements=False)
    theirs = [image.get("src") for image in tree.iter("img") if image.get("src")]
    found = read(words.encode(), "html").references
    ours = [one for one in found if one.role in ("img src", "noscript img src")]
    seen = {one.raw.decode().replace("&amp;", "&").strip() for one in ours}
    assert {src.strip() for src in theirs if not src.startswith("data:")} <= seen


@settings(max_examples=examples(100), deadline=None)
@given(data=st.binary(max_size=200), name=st.sampled_from(sorted(FORMATS)))
def test_any_bytes_can_be_read(data, name):
    reading = read_document(data, format=name, base_url=BASE, settings=ReadingSettings())
    assert reading.format == name
    assert detect_format(data, None) in (None, *FORMATS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "big5", "cp949"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_change_nothing(encoding, newline):
    label = "euc-kr" if encoding == "cp949" else encoding.removesuffix("-sig")
    image = '<img\n src="a.png"\n srcset="b.png 1x,\n c.png 2x">'
    lines = f'<meta charset="{label}">\n<p>中文 text</p>\n{image}'
    document = lines.replace("\n", newline).encode(encoding)
    reading = read(document, "html")
    assert [one.url for one in reading.references] == [BASE + f"{name}.png" for name in "abc"]
    assert [one.raw.decode(reading.encoding) for one in reading.references] == [
        "a.png",
        "b.png",
        "c.png",
    ]
