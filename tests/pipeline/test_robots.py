"""robots.txt: what its rules allow, and what its absence means."""

from __future__ import annotations

from pathlib import Path

import pytest
from origin import Origin

from archiver.fetch.client import Client
from archiver.fetch.settings import FetchSettings
from archiver.pipeline.robots import Robots

PAGE = "https://site.example/private/a?b=1"
FORBIDDEN = "robots.txt forbids it"
RULES = {
    "nothing": (b"# nothing\n", ""),
    "all": (b"User-agent: *\nDisallow: /\n", FORBIDDEN),
    "a folder": (b"User-agent: *\nDisallow: /private/\n", FORBIDDEN),
    "another folder": (b"User-agent: *\nDisallow: /secret/\n", ""),
    "us": (b"User-agent: archiver\nDisallow: /\n\nUser-agent: *\nDisallow:\n", FORBIDDEN),
    "all but us": (b"User-agent: archiver\nDisallow:\n\nUser-agent: *\nDisallow: /\n", ""),
    "an exception": (b"User-agent: *\nAllow: /private/a\nDisallow: /\n", ""),
    "a byte order mark, CRLF, bytes that are no text": (
        b"\xef\xbb\xbfUser-agent: *\r\n# \xff\r\nDisallow: /private\r\n",
        FORBIDDEN,
    ),
    "a line that is no URL": (b"User-agent: *\nDisallow: //[\nDisallow: /private\n", FORBIDDEN),
    "a page instead": (b"<!doctype html><title>404</title>", ""),
}


async def ask(origin: Origin, folder: Path, *urls: str) -> list[str]:
    settings = FetchSettings(
        connect_to=origin.connect_to, ca_file=origin.ca_file, tries=1, backoff_s=0.01
    )
    async with Client(settings, str(folder / "tmp")) as client:
        robots = Robots(client, "archiver/1.0 (+https://me.example)")
        return [await robots.why_not(url) for url in urls]


@pytest.mark.parametrize(("text", "expected"), RULES.values(), ids=RULES.keys())
async def test_rules(text: bytes, expected: str, origin: Origin, tmp_path: Path) -> None:
    origin.serve("https://site.example/robots.txt", text, media_type="text/plain")
    assert await ask(origin, tmp_path, PAGE) == [expected]


STATUSES = {
    "404": (404, ""),
    "403": (403, ""),
    "500": (500, "robots.txt cannot be read (status-500)"),
    "429": (429, "robots.txt cannot be read (status-429)"),
}


@pytest.mark.parametrize(("status", "expected"), STATUSES.values(), ids=STATUSES.keys())
async def test_without_rules(status: int, expected: str, origin: Origin, tmp_path: Path) -> None:
    origin.serve("https://site.example/robots.txt", b"x", status=status)
    assert await ask(origin, tmp_path, PAGE) == [expected]


async def test_an_empty_file_allows_all(origin: Origin, tmp_path: Path) -> None:
    origin.serve("https://site.example/robots.txt", b"", media_type="text/plain")
    assert await ask(origin, tmp_path, PAGE) == [""]


async def test_a_site_is_asked_once(origin: Origin, tmp_path: Path) -> None:
    origin.serve("https://site.example/robots.txt", b"User-agent: *\nDisallow: /b\n")
    found = await ask(origin, tmp_path, "https://site.example/a", "https://site.example/b")
    assert found == ["", FORBIDDEN]
    assert origin.urls == ["https://site.example/robots.txt"]
