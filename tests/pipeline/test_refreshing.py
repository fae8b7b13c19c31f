"""`[run] refresh`: pictures that are there already are asked for again, conditionally."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from loopback import Exchange
from moody_origin import image
from origin import Origin
from pictures import photograph, save
from program import run_archiver, snapshot_of
from sites_over_time import Site

URL = "https://img.example/a.jpg"
OLD, NEW = (save(photograph(seed, (480, 320)), "JPEG") for seed in (1, 2))
MONTH = timedelta(days=31)


class Versions(Origin):
    """Gives the newest version of a picture, or 304 to who has it.

    Attributes:
        body: the newest version; a status where there is none.
        validator: `etag`, `last-modified` or "".
    """

    def __init__(self, validator: str) -> None:
        super().__init__()
        self.body: bytes | int = OLD
        self.validator = validator
        self.only: tuple[bytes, bytes] | None = None  # a target and what it alone gives

    async def handle(self, exchange: Exchange) -> None:
        body = self.body
        if self.only is not None and exchange.target == self.only[0]:
            body = self.only[1]
        if isinstance(body, int):
            return await exchange.answer(b"", body)
        value = {
            "etag": f'"{len(body)}"',
            "last-modified": f"Thu, 01 Jan 2026 00:00:{len(body) % 60:02} GMT",
        }.get(self.validator, "")
        conditions = {"etag": "if-none-match", "last-modified": "if-modified-since"}
        had = exchange.header(conditions.get(self.validator, "x-none"))
        if value and had == value:
            return await exchange.answer(b"", 304, [(self.validator, value)], media_type=None)
        headers = [(self.validator, value)] if value else []
        return await exchange.answer(body, headers=headers, media_type="image/jpeg")


@pytest.fixture(params=["etag", "last-modified", ""])
def origin(request: pytest.FixtureRequest) -> Iterator[Versions]:
    with Versions(request.param) as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, origin: Versions) -> Site:
    site = Site(tmp_path, origin, URL, '[run]\nrefresh = "30d"\n')
    assert site.run() == 1
    return site


def test_a_picture_is_asked_for_again_when_it_is_old_enough(site: Site, origin: Versions) -> None:
    before = snapshot_of(site.folder)
    assert site.run() == 0
    assert snapshot_of(site.folder) == before, "not yet"
    site.pass_time(MONTH)
    post = site.post.read_bytes()
    assert site.run() == 1
    assert site.run() == 0, "once a month"
    assert site.post.read_bytes() == post
    if origin.validator:
        assert origin.exchanges[-1].bytes_written < len(OLD), "not sent again"
    assert "newer" not in site.record()


def test_what_changed_upstream_is_kept_beside_and_reported(site: Site, origin: Versions) -> None:
    post, old = site.post.read_bytes(), site.record()
    site.pass_time(MONTH)
    origin.body = NEW
    result = site.run_whole()
    assert "changed upstream" in result.stdout and "img.example/a.jpg" in result.stdout
    record = site.record()
    assert record["digest"] == old["digest"] and record["path"] == old["path"]
    assert (site.folder / record["path"]).read_bytes() == OLD
    assert (site.folder / record["newer"]["path"]).read_bytes() == NEW
    assert site.post.read_bytes() == post, "the document keeps what it had"
    site.pass_time(MONTH)
    again = site.run_whole()
    assert "changed upstream" in again.stdout, "until somebody decides"
    assert site.record()["newer"]["digest"] == record["newer"]["digest"]
    origin.body = OLD
    site.pass_time(MONTH)
    assert "changed upstream" not in site.run_whole().stdout
    assert "newer" not in site.record(), "it went back to what it was"


@pytest.mark.parametrize("status", [404, 410, 403, 500])
def test_what_cannot_be_had_this_time_is_no_loss(status: int, site: Site, origin: Versions) -> None:
    post = site.post.read_bytes()
    site.pass_time(MONTH)
    origin.body = status
    result = site.run_whole()
    assert result.code == 0
    record = site.record()
    assert (record["outcome"], (site.folder / record["path"]).read_bytes()) == ("stored", OLD)
    assert site.post.read_bytes() == post
    assert site.run() == 0, "and it is left alone for a month"


def test_a_run_that_cannot_go_on_meanwhile_says_why(site: Site, origin: Versions) -> None:
    site.pass_time(MONTH)
    origin.body = NEW
    digest = hashlib.sha256(NEW).hexdigest()
    there = site.folder / "archive" / "assets" / digest[:2] / f"{digest}.jpg"
    (there / "someone's").mkdir(parents=True)
    result = run_archiver("run", cwd=site.folder)
    assert (result.code, "Traceback" in result.stderr) == (1, False), result.stderr
    assert result.stderr.startswith("archiver: ") and f"{digest}.jpg" in result.stderr


@pytest.mark.parametrize("way", ["run", "relink"])
def test_documents_show_what_changed_when_told_to(way: str, site: Site, origin: Versions) -> None:
    old = site.record()
    site.pass_time(MONTH)
    origin.body = NEW
    if way == "run":
        config = site.folder / "archiver.toml"
        config.write_text(config.read_text() + "take_changes = true\n")
        site.run()
    else:
        site.run()
        assert run_archiver("relink", "--take-changes", cwd=site.folder).code == 0
    record = site.record()
    assert record["digest"] != old["digest"] and "newer" not in record
    text = site.post.read_text()
    assert record["path"] in text and old["path"] not in text
    assert (site.folder / old["path"]).read_bytes() == OLD, "and the old one stays"
    assert site.run() == 0
    assert run_archiver("restore", site.post, cwd=site.folder).code == 0
    assert site.post.read_text() == image(URL)


def test_bytes_that_another_url_still_gives_are_not_taken(site: Site, origin: Versions) -> None:
    """A link tells bytes, not which of the two URLs it stood for."""
    other = "https://img.example/same.jpg"
    (site.post.parent / "b.md").write_text(image(other))
    site.run()
    site.pass_time(MONTH)
    origin.only = (b"/a.jpg", NEW)
    site.run()
    before = site.post.read_bytes()
    assert "newer" in site.record()
    assert run_archiver("relink", "--take-changes", cwd=site.folder).code == 0
    assert site.post.read_bytes() == before
    assert "newer" in site.record()
