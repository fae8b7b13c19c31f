"""[[finders]]: selectors of a user's own, in HTML and in the HTML of other formats."""

from __future__ import annotations

import pytest

from archiver.formats import FinderSettings, ReadingSettings, read_document

BASE = "https://site.example/post/"
GALLERY = FinderSettings("div.gallery > figure", "data-config", r'"full":"([^"]+)"', "gallery")
WHOLE = FinderSettings("[data-hero]", "data-hero", role="hero")
CJK = FinderSettings('div[class="图"]', "data-url")

CASES = {
    "the whole attribute": (
        "html", '<p data-hero="a.png?x=1&amp;y=2">', WHOLE, [("a.png?x=1&amp;y=2", "hero")],
    ),
    "a pattern finds several, escapes undone": (
        "html",
        '<div class="big gallery"><figure data-config="{&quot;full&quot;:&quot;/1.png&quot;},'
        '{&quot;full&quot;:&quot;https://i.example/2&quot;}"></figure></div>',
        GALLERY,
        [("/1.png", "gallery"), ("https://i.example/2", "gallery")],
    ),
    "what the selector does not take": (
        "html", "<figure data-config='\"full\":\"/1.png\"'></figure>", GALLERY, [],
    ),
    "no attribute, an empty one, a template": (
        "html", "<p data-hero><p data-hero=''><p data-hero='{{ x }}'>", WHOLE, [],
    ),
    "the finder's role wins over the built-in one": (
        "html", '<img src="a.png">', FinderSettings("img", "src", role="mine"), [("a.png", "mine")],
    ),
    "a selector that is no ASCII": (
        "html", '<div class="图" data-url="图.png">é</div>', CJK, [("图.png", "finder")],
    ),
    "HTML in Markdown": (
        "markdown", "# é\n\n<p data-hero='a.png'>x</p>\n\n`<p data-hero='b.png'>`\n", WHOLE,
        [("a.png", "hero")],
    ),
    "HTML in a feed": (
        "feed",
        "<rss><channel><item><description>&lt;p data-hero='a.png'&gt;</description></item>"
        "</channel></rss>",
        WHOLE,
        [("a.png", "description hero")],
    ),
    "switched off": (
        "html", "<!-- archiver:off --><p data-hero='a.png'>", WHOLE, [],
    ),
    "in a comment": ("html", "<!-- <p data-hero='a.png'> -->", WHOLE, []),
}  # fmt: skip


@pytest.mark.parametrize(("format", "text", "finder", "expected"), CASES.values(), ids=CASES.keys())
def test_own_finders(
    format: str, text: str, finder: FinderSettings, expected: list[tuple[str, str]]
) -> None:
    data = text.encode()
    settings = ReadingSettings(finders=(finder,))
    reading = read_document(data, format=format, base_url=BASE, settings=settings)
    assert [(r.raw.decode(), r.role) for r in reading.references] == expected
    for r in reading.references:
        assert data[r.span.start : r.span.end] == r.raw
        assert r.url.startswith("https://")


def test_in_an_encoding_of_two_bytes() -> None:
    data = '<meta charset=gbk><div class="图" data-url="/图.png">'.encode("gbk")
    settings = ReadingSettings(finders=(CJK,))
    (found,) = read_document(data, format="html", base_url=BASE, settings=settings).references
    assert found.url == "https://site.example/%E5%9B%BE.png"
    assert data[found.span.start : found.span.end] == "/图.png".encode("gbk")


def test_checks_of_the_element_are_disarmed() -> None:
    finder = FinderSettings("x-img", "full")
    reading = read_document(
        b'<x-img full="https://i.example/a.png" integrity="sha256-x">',
        format="html",
        settings=ReadingSettings(finders=(finder,)),
    )
    assert [a.reason for a in reading.adjustments] == ["integrity"]
