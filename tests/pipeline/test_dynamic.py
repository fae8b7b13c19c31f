"""What must not be frozen stays as it is, is said once, and is no loss."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from moody_origin import MoodyOrigin, Posts, image, photo
from pictures import save
from PIL import Image
from program import run_archiver

from archiver.fetch.settings import FetchSettings, HostSettings
from archiver.pipeline.dynamic import Skips, SkipSettings, find_dynamic, read_table

PIXEL = save(Image.new("RGB", (1, 1)), "PNG")
BADGE = "https://img.shields.io/npm/v/left-pad.svg"

EXAMPLES = {f"{e.name}: {url}": (url, e.reason) for e in read_table() for url in e.examples}
EXAMPLES |= {f"{e.name}, not: {url}": (url, "") for e in read_table() for url in e.counterexamples}
EXAMPLES |= {
    url: (url, "")
    for url in (
        "https://raw.githubusercontent.com/o/r/main/docs/badge.png",
        "https://img.example.com/badges/1.png",
        "https://cdn.example/counter/dish.jpg",
        "https://mmbiz.qpic.cn/mmbiz_jpg/a/640?wx_fmt=jpeg",
        "https://i.imgur.com/a.png",
        "https://opencollective.com/static/logo.png",
    )
}


@pytest.mark.parametrize(("url", "reason"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_each_entry_knows_its_examples(url: str, reason: str) -> None:
    assert find_dynamic(urlsplit(url).hostname or "", urlsplit(url).path) == reason


def test_every_reason_is_one_of_three() -> None:
    assert {entry.reason for entry in read_table()} == {"badge", "counter", "tracker"}


ON, OFF = SkipSettings(), SkipSettings(dynamic=False)
# name: (settings, skip of the host, URL, attributes, reason)
CASES: dict[str, tuple[SkipSettings, bool | None, str, dict[str, str], str]] = {
    "a picture": (ON, None, "https://h.example/a.png", {}, ""),
    "a badge": (ON, None, BADGE, {}, "badge"),
    "a badge in capitals": (ON, None, "https://IMG.Shields.IO/a", {}, "badge"),
    "switched off": (OFF, None, BADGE, {}, ""),
    "of a host that is archived": (ON, False, BADGE, {}, ""),
    "of a host that is left": (ON, True, "https://h.example/a.png", {}, "host"),
    "of a host that is left, else off": (OFF, True, "https://h.example/a.png", {}, "host"),
    "one pixel": (ON, None, "https://h.example/a", {"width": "1", "height": "1px"}, "stated-pixel"),
    "a line": (ON, None, "https://h.example/a", {"width": "1", "height": "30"}, ""),
    "a lazy picture": (
        ON,
        None,
        "https://h.example/a",
        {"width": "1", "height": "1", "data-rawwidth": "640"},
        "",
    ),
    "a local pixel": (ON, None, "file:///a.gif", {"width": "1", "height": "1"}, ""),
    "no URL": (ON, None, "http://[::1", {}, ""),
}


@pytest.mark.parametrize(
    ("settings", "skip", "url", "attributes", "reason"), CASES.values(), ids=CASES.keys()
)
def test_what_is_left(
    settings: SkipSettings, skip: bool | None, url: str, attributes: dict[str, str], reason: str
) -> None:
    network = FetchSettings(hosts=(HostSettings("*", skip=skip),))
    assert Skips(settings, network).reason(url, attributes) == reason


@pytest.fixture
def origin() -> Iterator[MoodyOrigin]:
    with MoodyOrigin() as server:
        server.moods["img.example"] = lambda exchange: photo(exchange.target.decode())
        server.moods["t.example"] = lambda exchange: PIXEL
        server.moods["img.shields.io"] = lambda exchange: photo("badge", (90, 20))
        yield server


def test_a_run_says_what_it_left_and_asks_for_none_of_it(
    tmp_path: Path, origin: MoodyOrigin
) -> None:
    left = [image(BADGE), image("https://x.example/p.gif", width=1, height=1)]
    left += [image("https://skip.example/a.png"), image("https://t.example/open?id=7")]
    page = tmp_path / "page.html"
    page.write_text("<!doctype html>\n" + image("https://img.example/a.jpg") + "".join(left))
    (tmp_path / "archiver.toml").write_text(
        f"[network]\nconnect_to = {json.dumps(origin.connect_to)}\nca_file = '{origin.ca_file}'\n"
        "[[hosts]]\npattern = 'skip.example'\nskip = true\n"
    )
    first = run_archiver("archive", "page.html", "--in-place", "--json", cwd=tmp_path)
    assert first.code == 0, first.stdout
    lines = [json.loads(line) for line in first.stdout.splitlines()]
    found = {
        line["url"]: (line["outcome"], line["reason"])
        for line in lines
        if line.get("kind") == "image" and "reason" in line
    }
    assert found == {
        BADGE: ("skipped", "badge"),
        "https://x.example/p.gif": ("skipped", "stated-pixel"),
        "https://skip.example/a.png": ("skipped", "host"),
        "https://t.example/open?id=…": ("skipped", "pixel"),
    }
    assert lines[-1]["summary"]["images"] == {"skipped": 4, "stored": 1}
    assert [exchange.header("host") for exchange in origin.exchanges].count("t.example") == 1
    assert len(origin.exchanges) == 2
    assert all(part in page.read_text() for part in left)
    assert len([p for p in (tmp_path / "archive" / "assets").rglob("*") if p.is_file()]) == 1
    journal = "".join(p.read_text() for p in (tmp_path / ".archiver" / "journal").iterdir())
    assert journal.count('"outcome":"skipped"') == 4

    plan = run_archiver("archive", "page.html", "--dry-run", cwd=tmp_path).stdout
    assert " 1  t.example" in plan and "shields" not in plan and "skip.example" not in plan

    page.write_text(page.read_text() + "<p>more")
    again = run_archiver("archive", "page.html", "--in-place", cwd=tmp_path)
    assert again.code == 0
    assert "left as they are" in again.stdout and "1 badge, 1 host, 1 pixel" in again.stdout
    assert len(origin.exchanges) == 2, "what was left is not asked for again"


async def test_a_skipped_pixel_in_the_place_of_a_lazy_picture(
    tmp_path: Path, origin: MoodyOrigin
) -> None:
    """The pixel is not kept, yet gives way to the real picture."""
    posts = Posts(tmp_path, origin)
    lazy = '<img src="https://t.example/blank.gif" data-src="https://img.example/real.jpg">'
    posts.write("a.html", f"<!doctype html>\n{lazy}")
    await posts.archive()
    written = (tmp_path / "out" / "a.html").read_text()
    assert "https://" not in written


async def test_switched_off_everything_is_asked_for(tmp_path: Path, origin: MoodyOrigin) -> None:
    posts = Posts(tmp_path, origin)
    path = posts.write("a.md", image(BADGE) + image("https://t.example/p"))
    records = await posts.archive()
    assert {str(r.outcome) for r in records.values()} == {"skipped"}
    path.write_text(path.read_text() + "more")
    records = await posts.archive(config={"skip": {"dynamic": False}})
    assert {str(r.outcome) for r in records.values()} == {"stored"}
    assert posts.summary.skipped == {}
    path.write_text(path.read_text() + "and more")
    records = await posts.archive()
    assert {str(r.outcome) for r in records.values()} == {"stored"}, "what is held stays"
