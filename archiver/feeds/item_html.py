"""The HTML of an item, read by our own finders: absolute URLs, its first picture."""

from __future__ import annotations

import re
from functools import lru_cache

from archiver.formats import ReadingSettings, read_document
from archiver.model import Reading, Reference, Replacement
from archiver.rewrite.splice import splice
from archiver.syntax.urls import resolve

_MOVED = ReadingSettings(is_moved=True)
_SHOWN = ("img", "picture source", "source", "video poster", "amp-img", "image")
_NO_BASE = "https://invalid/"  # finds what is absolute; nothing is made absolute by it


def absolute_html(html: str, base_url: str) -> str:
    """*html* with its relative URLs made absolute; all else stays as it is.

    >>> absolute_html('<a href="/a"><img src=b.png></a>', "https://site.example/post/1")
    '<a href="https://site.example/a"><img src=https://site.example/post/b.png></a>'
    """
    if not base_url or "<" not in html:
        return html
    new = [
        Replacement(found.span, found.before + found.after)
        for found in _read(html, base_url).adjustments
        if found.reason == "moved"
    ]
    return splice(html.encode(), new).decode() if new else html


def first_picture(html: str, base_url: str) -> str:
    """The URL of the first picture that a reader of *html* sees; "" for none.

    Of a picture that is loaded late the real one, not what stands in its place meanwhile.
    """
    if "<" not in html:
        return ""
    data = html.encode()
    shown = [r for r in _read(html, base_url).references if r.role.startswith(_SHOWN)]
    if not shown:
        return ""
    return max(_of_first_tag(data, shown), key=_is_late).url


def _of_first_tag(data: bytes, shown: list[Reference]) -> list[Reference]:
    start = shown[0].span.start
    end = data.find(b">", start)
    found = [r for r in shown if start <= r.span.start and (end < 0 or r.span.start < end)]
    return found or shown[:1]


def _is_late(reference: Reference) -> bool:
    return " data-" in reference.role


def absolute(url: str, base_url: str) -> str:
    """*url*, of a feed's own element, absolute; "" where it leads to nothing on the web."""
    found = resolve(url.strip(), base_url or None)
    return found if found is not None and re.match("https?://", found) else ""


@lru_cache(maxsize=4)
def _read(html: str, base_url: str) -> Reading:
    return read_document(
        html.encode(), format="html", base_url=base_url or _NO_BASE, settings=_MOVED
    )
