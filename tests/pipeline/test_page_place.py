"""Where pages and style sheets are saved: a table of URLs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.fetch.redirects import normalize_url
from archiver.pipeline.page_place import place_page, place_sheet

PAGES = {
    "the root": ("https://site.example/", "site.example/index.html"),
    "a path": ("https://site.example/2026/post", "site.example/2026/post/index.html"),
    "a slash at its end": ("https://site.example/2026/post/", "site.example/2026/post/index.html"),
    "by http": ("http://site.example/a.html", "site.example/a.html/index.html"),
    "another script": ("https://site.example/图/é", "site.example/图/é/index.html"),
    "a query": ("https://site.example/?p=7", "site.example/index-########.html"),
    "an empty query": ("https://site.example/?", "site.example/index-########.html"),
    "a port": ("https://site.example:8443/a", "site.example-8443/a/index-########.html"),
    "a sign that is not safe": ("https://site.example/a:b", "site.example/a-b/index-########.html"),
    "a slash in a segment": ("https://site.example/a%2Fb", "site.example/a-b/index-########.html"),
    "up": ("https://site.example/a/%2e%2e/%2e%2e/b", "site.example/b/index.html"),
    "up, twice escaped": (
        "https://site.example/%252e%252e/b", "site.example/-2e-2e/b/index-########.html",
    ),
    "backslashes": ("https://site.example/a%5C..%5Cb", "site.example/a-..-b/index-########.html"),
    "dots first": ("https://site.example/.git/x", "site.example/_.git/x/index-########.html"),
    "a letter escaped": ("https://site.example/%61", "site.example/a/index-########.html"),
    "no UTF-8": ("https://site.example/%FF", "site.example/-/index-########.html"),
    "a device": ("https://site.example/aux.txt", "site.example/aux.txt_/index-########.html"),
    "a control sign": ("https://site.example/a%00b", "site.example/a-b/index-########.html"),
    "slashes in a row": ("https://site.example/a//b", "site.example/a/b/index-########.html"),
    "a name like the file's": (
        "https://site.example/a/index.html", "site.example/a/index.html/index-########.html",
    ),
    "a long segment": (
        "https://site.example/" + "x" * 300, "site.example/" + "x" * 80 + "/index-########.html",
    ),
    "a long one of wide letters": (
        "https://site.example/" + "图" * 99, "site.example/" + "图" * 26 + "/index-########.html",
    ),
    "a deep path": (
        "https://site.example" + "/a" * 40, "site.example" + "/a" * 12 + "/index-########.html",
    ),
    "a host without a dot": ("http://archive/x", "archive_/x/index-########.html"),
    "an address": ("http://[::1]/x", "---1-_/x/index-########.html"),
}  # fmt: skip


@pytest.mark.parametrize(("url", "expected"), PAGES.values(), ids=PAGES.keys())
def test_place_page(url: str, expected: str) -> None:
    found = place_page(normalize_url(url), ".html")
    assert re.sub(r"-[0-9a-f]{8}\.html", "-########.html", found) == expected


SHEETS = {
    "a sheet": ("https://site.example/css/a.css", "site.example/css/a.css"),
    "a query": ("https://site.example/css/a.css?v=1", "site.example/css/a-########.css"),
    "no suffix": ("https://site.example/css/a", "site.example/css/a-########.css"),
    "made by a program": ("https://site.example/s.php?f=a", "site.example/s.php-########.css"),
    "the root": ("https://site.example/", "site.example/style-########.css"),
}


@pytest.mark.parametrize(("url", "expected"), SHEETS.values(), ids=SHEETS.keys())
def test_place_sheet(url: str, expected: str) -> None:
    found = place_sheet(normalize_url(url))
    assert re.sub(r"-[0-9a-f]{8}\.css", "-########.css", found) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_urls_share_a_place_only_where_they_are_told_to(first: str, second: str) -> None:
    urls = [normalize_url(f"https://site.example/{text}") for text in (first, second)]
    places = [place_page(url, ".html") for url in urls]
    if places[0] == places[1]:
        assert urls[0].removesuffix("/") == urls[1].removesuffix("/")
    for place in places:
        parts = place.split("/")
        assert all(
            part and not part.startswith(".") and len(part.encode()) <= 255 for part in parts
        )
        assert not set('\\:*?"<>|\0%') & set(place) and place.isprintable()
