"""Documents saved elsewhere than their URL says: what becomes absolute, and their sheets."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from archiver.formats import ReadingSettings, read_document
from archiver.formats.html_scripts import DRAWN_BY_SCRIPTS
from archiver.rewrite.edits import plan_edits
from archiver.rewrite.splice import splice

URL = "https://site.example/a/b.html?x=1"
MOVED = ReadingSettings(is_moved=True)


def moved(data: bytes, format: str, links: dict[str, bytes] | None = None) -> bytes:
    """*data* as it is saved; *links*: URL → what is written for an image or a sheet of it."""
    reading = read_document(data, format=format, base_url=URL, settings=MOVED)
    everything = reading.references + reading.sheets
    written = [(links or {}).get(reference.url) for reference in everything]
    return splice(data, plan_edits(replace(reading, references=everything), written))


HTML = {
    "a link": ("<a href=../c?d=1&amp;e=2#f>", "<a href=https://site.example/c?d=1&amp;e=2#f>"),
    "an absolute link": ("<a href='https://x.example/'>", "<a href='https://x.example/'>"),
    "a scheme-relative link": ("<a href=//x.example/a>", "<a href=https://x.example/a>"),
    "a place in the page": ("<a href='#top'>", "<a href='#top'>"),
    "other schemes": ("<a href='mailto:a@b'><a href='javascript:x()'>",) * 2,
    "script, form, iframe": (
        '<script src="/s.js"></script><form action="go"></form><iframe src="i.html"></iframe>',
        '<script src="https://site.example/s.js"></script>'
        '<form action="https://site.example/a/go"></form>'
        '<iframe src="https://site.example/a/i.html"></iframe>',
    ),
    "an image that was not had": ('<img src="i.png">', '<img src="https://site.example/a/i.png">'),
    "a base": (
        '<base href="/sub/"><a href=c><img src="i.png">',
        '<base href=""><a href=https://site.example/sub/c>'
        '<img src="https://site.example/sub/i.png">',
    ),
    "a sheet that was not had": (
        "<link rel=stylesheet href=/s.css>",
        "<link rel=stylesheet href=https://site.example/s.css>",
    ),
    "fonts and imports of a style element": (
        "<style>@import 'it(s).css';@font-face{src:url(f.woff)}p{background:url(b.png)}</style>",
        "<style>@import 'https://site.example/a/it%28s%29.css';"
        "@font-face{src:url(https://site.example/a/f.woff)}"
        "p{background:url(https://site.example/a/b.png)}</style>",
    ),
    "a style attribute": (
        "<p style=\"background:url('b.png')\">",
        "<p style=\"background:url('https://site.example/a/b.png')\">",
    ),
    "a page that leads on": (
        '<meta http-equiv="refresh" content="5; url=next.html">',
        '<meta http-equiv="refresh" content="5; url=https://site.example/a/next.html">',
    ),
    "linked data": (
        '<script type="application/ld+json">{"image":"/i.png?a&b"}</script>',
        '<script type="application/ld+json">{"image":"https://site.example/i.png?a&b"}</script>',
    ),
    "a document within": (
        "<iframe srcdoc=\"<a href='c'>\"></iframe>",
        "<iframe srcdoc=\"<a href='https://site.example/a/c'>\"></iframe>",
    ),
    "comments and scripts": ("<!-- <a href=c> --><script>'<a href=c>'</script>",) * 2,
    "a template's hole": ('<a href="{{ url }}">',) * 2,
}


@pytest.mark.parametrize(("before", "after"), HTML.values(), ids=HTML.keys())
def test_what_is_not_archived_becomes_absolute(before: str, after: str) -> None:
    assert moved(before.encode(), "html").decode() == after
    assert moved(after.encode(), "html").decode() == after, "once is enough"


def test_what_is_archived_is_linked() -> None:
    data = (
        b"<link rel='alternate stylesheet' href='s.css?v=1' integrity=x crossorigin>"
        b"<style>@import url(t.css) print;</style><img src=i.png>"
    )
    links = {
        "https://site.example/a/s.css?v=1": b"../s.css",
        "https://site.example/a/t.css": b"../t.css",
        "https://site.example/a/i.png": b"../i.png",
    }
    assert moved(data, "html", links) == (
        b"<link rel='alternate stylesheet' href='../s.css' data-integrity=x data-crossorigin>"
        b"<style>@import url(../t.css) print;</style><img src=../i.png>"
    )


def test_a_style_sheet_and_its_imports() -> None:
    data = (
        b"@import \"t.css\";@import url('u.css') print;p{background:url(b.png)} "
        b"@font-face{src:url(/f.woff2#x)}"
    )
    assert moved(data, "stylesheet", {"https://site.example/a/t.css": b"t.css"}) == (
        b"@import \"t.css\";@import url('https://site.example/a/u.css') print;"
        b"p{background:url(https://site.example/a/b.png)} "
        b"@font-face{src:url(https://site.example/f.woff2#x)}"
    )


def test_without_being_moved_there_are_no_sheets() -> None:
    data = b"<link rel=stylesheet href=s.css><a href=c><style>@import 't.css'</style>"
    reading = read_document(data, format="html", base_url=URL)
    assert (reading.sheets, reading.adjustments, reading.notes) == ((), (), ())


def test_a_feed() -> None:
    before = (
        '<rss><channel><link>/</link><item><enclosure url="e.png?a&amp;b" type="image/png"/>'
        "<description>&lt;a href='c?d&amp;amp;e'&gt;x</description></item></channel></rss>"
    )
    after = (
        "<rss><channel><link>https://site.example/</link>"
        '<item><enclosure url="https://site.example/a/e.png?a&amp;b" type="image/png"/>'
        "<description>&lt;a href='https://site.example/a/c?d&amp;amp;e'&gt;x</description></item>"
        "</channel></rss>"
    )
    assert moved(before.encode(), "feed").decode() == after


def test_the_charset_of_the_answer_outranks_the_document() -> None:
    data = "<meta charset=utf-8><img src='/?图'>".encode("gbk")
    settings = ReadingSettings(is_moved=True, charset="gbk")
    (found,) = read_document(data, format="html", base_url=URL, settings=settings).references
    assert found.url == "https://site.example/?%CD%BC"


TEXT = b"<p>" + b"Words that a reader reads. " * 200 + b"</p>"
SCRIPT = b"<script src=/app.js></script>"
DRAWN = {
    "an empty mount point": (b"<div id=root></div>" + SCRIPT, True),
    "no text in spite of a title and a noscript": (
        b"<title>" + b"x" * 500 + b"</title><noscript>" + TEXT + b"</noscript>" + SCRIPT,
        True,
    ),
    "many scripts, a menu and a logo": (
        SCRIPT * 30 + b"<img src=logo.png>" + b"<a href=x>menu</a>" * 90,
        True,
    ),
    "a short text without scripts": (b"<p>Gone fishing.</p>", False),
    "linked data is no program": (
        b"<p>Hi</p><script type='application/ld+json'>{}</script>" * 4,
        False,
    ),
    "a text with scripts": (TEXT + SCRIPT * 3, False),
    "a page for one picture": (b"<img src=1.png>" + SCRIPT, False),
    "a page with images": (b"<img src=1.png><img src=2.png>" + SCRIPT * 30, False),
}


@pytest.mark.parametrize(("data", "expected"), DRAWN.values(), ids=DRAWN.keys())
def test_a_page_drawn_by_scripts_is_said_to_be_one(data: bytes, expected: bool) -> None:
    reading = read_document(data, format="html", base_url=URL, settings=MOVED)
    assert reading.notes == ((DRAWN_BY_SCRIPTS,) if expected else ())


def test_the_bytes_beside_are_not_touched() -> None:
    data = b"\xff<a  HREF = 'c'\r\n>\x00</A>"
    assert re.sub(rb"https://site.example/a/", b"", moved(data, "html")) == data
