"""Links as the place they stand in needs them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from origin import Origin
from pictures import plain
from program import run_archiver

from archiver.model import DocumentTask, ImageRecord, Outcome, Reading, Reference, Span
from archiver.pipeline.linking import Linker
from archiver.pipeline.places import Places
from archiver.rewrite.links import RewriteSettings

PLACES = Places.of("/site", "archive", ".archiver")
RECORD = ImageRecord("https://h/a.png", Outcome.STORED, path="archive/assets/ab/abcd.png")
SITE = "https://me.example/blog/"
CDN = "https://cdn.example/"
META, LD, IMG = "meta og:image", "json-ld image", "img src"
RELATIVE = "../archive/assets/ab/abcd.png"

LINKS = {
    "an image": ("html", IMG, "", "", RELATIVE),
    "an image of a known site": ("html", IMG, SITE, "", RELATIVE),
    "metadata": ("html", META, "", "", None),
    "metadata in a noscript": ("html", "noscript meta twitter:image", "", "", None),
    "metadata of a known site": ("html", META, SITE, "", f"{SITE}archive/assets/ab/abcd.png"),
    "linked data": ("html", LD, "", "", None),
    "linked data of a known site": ("html", LD, SITE, "", f"{SITE}archive/assets/ab/abcd.png"),
    "a tile": ("html", "meta msapplication-tileimage", "", "", RELATIVE),
    "a feed": ("feed", "rss enclosure", "", "", None),
    "a feed of a known site": ("feed", IMG, SITE, "", f"{SITE}archive/assets/ab/abcd.png"),
    "a prefix from the root": ("html", IMG, SITE, "/blog/a/", "/blog/a/assets/ab/abcd.png"),
    "metadata, from the root": ("html", META, SITE, "/a/", "https://me.example/a/assets/ab/abcd.png"),
    "metadata, without a site": ("html", META, "", "/a/", None),
    "metadata, same scheme": ("feed", LD, SITE, "//cdn.example/", "https://cdn.example/assets/ab/abcd.png"),
    "metadata, another host": ("html", META, "", "http://cdn.example/", "http://cdn.example/assets/ab/abcd.png"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("format", "role", "site_url", "link_prefix", "expected"), LINKS.values(), ids=LINKS.keys()
)
def test_link(
    format: str, role: str, site_url: str, link_prefix: str, expected: str | None
) -> None:
    settings = RewriteSettings(link_prefix=link_prefix, site_url=site_url)
    linker = Linker(PLACES, settings, "", ())
    reference = Reference(Span(0, 1), b"u", RECORD.url, role)
    for encoding in ("utf-8", "utf-16-le", "gb18030"):
        reading = Reading(format, encoding, (reference,))
        link = linker.link(reference, RECORD, task("posts/post.html"), reading)
        assert link == (expected and expected.encode(encoding))


def task(path: str) -> DocumentTask:
    place = f"/site/{path}".encode()
    return DocumentTask(path, place, place, b"/site")


OURS = {
    "no place on the web": ("", "", "https://me.example/archive/a.png", False),
    "below the site": (SITE, "", f"{SITE}archive/assets/a.png", True),
    "of the site, no copy": (SITE, "", f"{SITE}img/a.png", False),
    "where a prefix leads": (SITE, "/a/", "https://me.example/a/assets/a.png", True),
    "on a host for copies": ("", f"{CDN}a/", f"{CDN}a/assets/a.png", True),
}  # fmt: skip


@pytest.mark.parametrize(
    ("site_url", "link_prefix", "url", "expected"), OURS.values(), ids=OURS.keys()
)
def test_is_ours(site_url: str, link_prefix: str, url: str, expected: bool) -> None:
    settings = RewriteSettings(link_prefix=link_prefix, site_url=site_url)
    assert Linker(PLACES, settings, "", ()).is_ours(url) is expected


PAGE = """<!doctype html><meta property=og:image content=http://img.example/a.png>
<script type=application/ld+json>{"image": "http://img.example/b.png"}</script>
<img src=http://img.example/a.png>
"""
FEED = """<rss version="2.0"><channel><item><enclosure type="image/png" url="http://img.example/a.png"/>
<description>&lt;img src="http://img.example/b.png"&gt;</description></item></channel></rss>
"""
ANY_LINK = re.compile(r"(?:https://me\.example/)?archive/assets/../[0-9a-f]{64}\.png")


def archive(origin: Origin, folder: Path, **environment: str) -> dict[str, object]:
    origin.serve("http://img.example/a.png", plain((1, 2, 3)))
    origin.serve("http://img.example/b.png", plain((4, 5, 6)))
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    result = run_archiver(
        "archive", ".", "--in-place", "--json", *mapped, cwd=folder, environment=environment
    )
    assert result.code == 0, result.stderr
    summary: dict[str, object] = json.loads(result.stdout.splitlines()[-1])["summary"]
    return summary


def test_without_the_site_what_needs_absolute_urls_is_archived_and_left(
    origin: Origin, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "feed.xml").write_text(FEED)
    archive(origin, tmp_path)
    assert (tmp_path / "feed.xml").read_text() == FEED
    page = (tmp_path / "page.html").read_text()
    assert page.rpartition("<img")[0] == PAGE.rpartition("<img")[0]
    assert len(ANY_LINK.findall(page)) == 1
    assert len(list((tmp_path / "archive" / "assets").rglob("*.png"))) == 2


def test_with_the_site_they_lead_to_it_and_nothing_is_asked_for_there(
    origin: Origin, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "feed.xml").write_text(FEED)
    archive(origin, tmp_path, ARCHIVER_SITE_URL="https://me.example/")
    page, feed = (tmp_path / "page.html").read_text(), (tmp_path / "feed.xml").read_text()
    assert "img.example" not in page + feed
    assert [link[:5] for link in ANY_LINK.findall(page)] == ["https", "https", "archi"]
    assert [link[:5] for link in ANY_LINK.findall(feed)] == ["https", "https"]
    (tmp_path / "page.html").write_text(page + "edited")
    asked = len(origin.urls)
    summary = archive(origin, tmp_path, ARCHIVER_SITE_URL="https://me.example/")
    assert summary["documents"] == {"unchanged": 2}
    assert len(origin.urls) == asked
    assert (tmp_path / "page.html").read_text() == page + "edited"


def test_links_in_utf_16(origin: Origin, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(PAGE.encode("utf-16"))
    archive(origin, tmp_path)
    page = (tmp_path / "page.html").read_bytes().decode("utf-16")
    assert ANY_LINK.sub("http://img.example/a.png", page) == PAGE
