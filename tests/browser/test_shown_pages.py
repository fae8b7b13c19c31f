"""Archived pages opened from disk in a browser that reaches nothing else."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
from page_origin import PICTURES, TOLERANCE, colour_of, unseen
from page_set import PAGES, RENDERED, PageSet, names_in, open_page_set
from PIL import ImageChops
from required import require

from archiver.formats import html_elements, html_lazy, read_document, tell_format

KINDS = "shown", "other", "left"
NAMES = sorted(
    {
        *(str(p.relative_to(PAGES)) for p in PAGES.rglob("*.*") if p.suffix in (".html", ".xhtml")),
        "document.svg",
        RENDERED,
    }
)
BLOCKED = {"svg-use.html", "blocked.html"}
"""What no browser fetches for a page that is a file."""

NOT_THE_SAME = {"lazy.html", "csp.html", *BLOCKED}
"""Pages that show more, or less, than their authors' own."""

_REMOTE = re.compile(rf"//{re.escape(PICTURES)}[/\\][^\s\"'<>)]*", re.IGNORECASE)


@pytest.fixture(scope="session")
def page_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageSet]:
    program = require("browser")["chromium"]
    with open_page_set(tmp_path_factory.mktemp("browser"), program) as pages:
        yield pages


@pytest.mark.parametrize("page", NAMES)
def test_every_image_shows(page_set: PageSet, page: str) -> None:
    shown = page_set.offline(page)
    assert unseen(shown.screenshot, names_in(page_set.whole / page, "shown")) == []
    assert shown.blind == ()
    if page not in BLOCKED:
        assert shown.failed == ()


@pytest.mark.parametrize("page", NAMES)
def test_no_request_leaves(page_set: PageSet, page: str) -> None:
    requests = page_set.offline(page).requests
    assert requests
    assert [url for url in requests if not url.startswith(("file:", "data:", "about:"))] == []


@pytest.mark.parametrize("page", sorted({*NAMES} - NOT_THE_SAME))
def test_the_pixels_are_those_of_the_page_served_whole(page_set: PageSet, page: str) -> None:
    whole, copy = page_set.served(page).screenshot, page_set.offline(page).screenshot
    assert ImageChops.difference(whole, copy).getbbox() is None


@pytest.mark.parametrize("page", sorted({*NAMES} - NOT_THE_SAME))
def test_the_browser_asks_for_nothing_the_archiver_did_not(page_set: PageSet, page: str) -> None:
    asked = {url.partition(":")[2] for url in page_set.asked}
    wanted = {url.partition(":")[2] for url in page_set.served(page).requests if PICTURES in url}
    assert wanted <= asked


@pytest.mark.parametrize("page", [*NAMES, "post.md"])
def test_only_what_is_left_is_remote(page_set: PageSet, page: str) -> None:
    copy = (page_set.copies / page).read_bytes().replace(b"\0", b"").decode("utf-8", "replace")
    assert [url for url in _REMOTE.findall(copy) if "/left-" not in url] == []


def test_every_role_has_a_page() -> None:
    roles = {place.role for place in html_elements.PLACES}
    roles |= {f"img {name}" for name in (*html_lazy.LAZY_ATTRIBUTES, *html_lazy.LAZY_SRCSETS)}
    roles |= {*html_elements.LAZY_BACKGROUNDS, "css url", "css image-set", "json-ld image"}
    roles |= {
        "noscript img src",
        "noscript css url",
        "iframe srcdoc img src",
        "iframe srcdoc css url",
    }
    roles |= {"meta og:image", "meta twitter:image", "meta itemprop image", "front matter"}
    roles |= {"markdown image", "markdown reference definition", "markdown link to image"}
    pages = [path for path in PAGES.rglob("*.*") if path.is_file()]
    found = {
        reference.role
        for path in pages
        for reference in read_document(
            path.read_bytes(), format=tell_format(path.read_bytes(), path.suffix)
        ).references
    }
    assert roles - found == set()


@pytest.mark.parametrize("page", [name for name in NAMES if name != RENDERED] + ["post.md"])
def test_no_two_pictures_of_a_page_look_the_same(page: str) -> None:
    names = {name for kind in KINDS for name in names_in(PAGES / page, kind)}
    for first, second in itertools.combinations(map(colour_of, names), 2):
        assert max(abs(a - b) for a, b in zip(first, second, strict=True)) > 2 * TOLERANCE
