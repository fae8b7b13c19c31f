"""A feed of the scheduled job, run after run: the saved one grows, nothing is asked for twice."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import feedparser
import pytest
from feed_schemas import violations
from made_feeds import KINDS, SITE, enclosure_url, make, picture_url
from origin import Origin
from pictures import plain
from program import run_archiver, snapshot_of
from samples import FEED_RUNS

from archiver.config import Config
from archiver.feeds.growing import grow
from archiver.formats.feed import PART
from archiver.jobs import Silent, archive
from archiver.model import DocumentOutcome, DocumentResult, Summary
from archiver.orders import orders_of
from archiver.pipeline import feed_growth

URL = f"{SITE}/feed"
MEDIA_TYPES = {"JSON Feed 1.1": "application/feed+json"}


class Listener(Silent):
    def __init__(self) -> None:
        self.results: list[DocumentResult] = []

    def on_document(self, result: DocumentResult) -> None:
        self.results.append(result)


class Job:
    """The scheduled job over one feed, in a folder, in this process."""

    def __init__(
        self, base: Path, origin: Origin, limits: dict[str, int] | None = None, **source: Any
    ) -> None:
        self.base, self.origin = base, origin
        table = {
            "site_url": "https://me.example/",
            "sources": [{"feed": URL} | source],
            "network": {
                "robots": False,
                "connect_to": list(origin.connect_to),
                "ca_file": origin.ca_file,
                "pace_s": 0.0,
            },
            "limits": limits or {},
            "thumbnails": [{"name": "16", "max_width": 16, "max_height": 16}],
        }
        self.config = Config.from_dict(table, str(base))
        self.results: list[DocumentResult] = []

    def serve(self, data: bytes, media_type: str = "application/xml", **more: Any) -> None:
        self.origin.answers.pop(URL, None)
        self.origin.serve(URL, data, media_type=media_type, **more)

    def run(self, data: bytes | None = None, **more: Any) -> Summary:
        if data is not None:
            self.serve(data, **more)
        listener = Listener()
        summary = archive(orders_of(self.config), self.config, listener)
        self.results = listener.results
        return summary

    @property
    def saved(self) -> bytes:
        (path,) = (self.base / "archived").rglob("index.*")
        return path.read_bytes()

    def reason(self) -> str:
        return "; ".join(result.reason for result in self.results)


@pytest.fixture
def job(tmp_path: Path, origin: Origin) -> Callable[..., Job]:
    for number in range(150):
        for url in (picture_url(number), enclosure_url(number)):
            origin.serve(url, plain((number, len(url), 90)))
    return lambda **source: Job(tmp_path, origin, **source)


def kept_in(base: Path) -> dict[str, tuple[int, int, int]]:
    """Everything but the time of the folder in which downloads are written down and removed."""
    found = snapshot_of(base)
    found.pop(os.path.join(".archiver", "tmp"), None)
    return found


def links_of(data: bytes) -> list[str]:
    """The pages of the items, in order."""
    if data.startswith(b"{"):
        return [item["url"] for item in json.loads(data)["items"]]
    return [entry.link for entry in feedparser.parse(data).entries]


def pages(numbers: Any) -> list[str]:
    return [f"{SITE}/{number}" for number in numbers]


@pytest.mark.parametrize("kind", KINDS)
def test_items_keep_their_pictures_though_they_leave(kind: str, job: Callable[..., Job]) -> None:
    feed = job()
    media_type = MEDIA_TYPES.get(kind, "application/xml")
    for window in ([2, 1, 0], [4, 3, 2], [6, 5]):
        assert feed.run(make(kind, window), media_type=media_type).problems == ()
    assert links_of(feed.saved) == pages(range(6, -1, -1))
    if kind != "RSS 0.90":  # it has no HTML
        assert feed.saved.count(b"https://me.example/archive/assets/") >= 7
        assert b"img.example.com" not in feed.saved
    assert len(feed.origin.urls) == len(set(feed.origin.urls)) + 2, "the feed alone was asked again"
    assert violations(kind, feed.saved) == []
    again = Config.from_dict(
        {"site_url": "https://me.example/", "sources": [{"path": "archived", "in_place": True}]},
        str(feed.base),
    )
    assert archive(orders_of(again), again, Silent()).documents == {DocumentOutcome.UNCHANGED: 1}


def test_restore_gives_the_grown_feed_with_its_own_urls(
    job: Callable[..., Job], tmp_path: Path
) -> None:
    feed = job()
    feed.run(make("Atom 1.0", [2, 1]))
    feed.run(make("Atom 1.0", [3, 2]))
    result = run_archiver("restore", "archived", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert links_of(feed.saved) == pages([3, 2, 1])
    for number in (3, 2, 1):
        assert picture_url(number).encode() in feed.saved
    assert feed.saved.startswith(make("Atom 1.0", [3, 2])[:900])
    feed.run()
    assert picture_url(1).encode() in feed.saved, "a person had it restored"
    feed.run(make("Atom 1.0", [4, 3]))
    assert links_of(feed.saved) == pages([4, 3, 2, 1]) and b"img.example" not in feed.saved


def test_a_run_with_nothing_new_writes_nothing(job: Callable[..., Job], tmp_path: Path) -> None:
    feed = job()
    feed.run(make("RSS 2.0", [2, 1]))
    feed.run(make("RSS 2.0", [3, 2]), headers={"ETag": '"3"'})
    before = kept_in(tmp_path)
    feed.run()
    assert kept_in(tmp_path) == before
    feed.serve(b"", status=304)
    before = snapshot_of(tmp_path)
    feed.run()
    assert feed.origin.exchanges[-1].header("if-none-match") == '"3"'
    assert snapshot_of(tmp_path) == before
    assert {result.outcome for result in feed.results} == {DocumentOutcome.UNCHANGED}


def test_what_it_grew_from_is_kept_once(job: Callable[..., Job], tmp_path: Path) -> None:
    feed = job()
    fetched = [make("RSS 2.0", range(n + 3, n, -1)) for n in range(5)]
    for data in fetched:
        feed.run(data)
    originals = tmp_path / ".archiver" / "originals"
    assert len(list((originals / "grown").iterdir())) == 1
    kept = {path.read_bytes() for path in originals.glob("??/*")}
    assert kept == set(fetched), "what was fetched stays for ever"


def test_a_feed_of_several_parts(job: Callable[..., Job], tmp_path: Path) -> None:
    """Its pictures are had once, its links written everywhere, and undone everywhere."""
    item = '<item><guid>{0}</guid><enclosure url="{1}" type="image/png"/></item>\n'
    urls = [picture_url(number % 3) for number in range(PART + 2)]
    items = "".join(item.format(*each) for each in enumerate([*urls, picture_url(4)]))
    data = f'<rss version="2.0"><channel>\n{items}</channel></rss>'.encode()
    feed = job()
    summary = feed.run(data)
    assert (summary.images, summary.references) == ({"stored": 4}, len(urls) + 1)
    assert feed.saved.count(b'url="https://me.example/archive/assets/') == len(urls) + 1
    assert feed.run().documents == {"unchanged": 1}
    (path,) = (tmp_path / "archived").rglob("index.*")
    assert run_archiver("restore", "--all", cwd=tmp_path).code == 0
    assert path.read_bytes() == data


def test_only_new_pictures_count_for_the_limits_of_a_document(job: Callable[..., Job]) -> None:
    feed = job(limits={"document_images": 4, "document_bytes": 100_000})
    for n in range(4):
        feed.run(make("RSS 2.0", [2 * n + 2, 2 * n + 1]))
    assert links_of(feed.saved) == pages(range(8, 0, -1))
    assert b"img.example" not in feed.saved and feed.reason() == ""
    feed.run(make("RSS 2.0", [11, 10, 9]))
    assert "2 stay as they are" in feed.reason()
    assert feed.saved.count(b"img.example") == 3  # two pictures of 9, one of them twice


def test_gc_takes_nothing_that_a_feed_grows_from(job: Callable[..., Job], tmp_path: Path) -> None:
    feed = job()
    for n in range(3):
        feed.run(make("RSS 2.0", [n + 2, n + 1]))
    grown = tmp_path / ".archiver" / "originals" / "grown"
    (grown / ("0" * 64)).write_bytes(b"left by a killed run")
    (kept,) = set(grown.iterdir()) - {grown / ("0" * 64)}
    result = run_archiver("gc", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert list(grown.iterdir()) == [kept]
    feed.run(make("RSS 2.0", [5, 4]))
    assert links_of(feed.saved) == pages([5, 4, 3, 2, 1])


def test_edits_of_the_saved_feed_do_no_harm(job: Callable[..., Job], tmp_path: Path) -> None:
    feed = job()
    feed.run(make("RSS 2.0", [2, 1]))
    path = tmp_path / "archived" / "site.example" / "feed" / "index.xml"
    path.write_bytes(edited := path.read_bytes().replace(b"Item 1", b"My item"))
    for window in ([3, 2], [4, 3]):
        feed.run(make("RSS 2.0", window))
        assert [result.outcome for result in feed.results] == [DocumentOutcome.CONFLICT]
        assert path.read_bytes() == edited
    path.unlink()
    feed.run()
    assert links_of(feed.saved) == pages([4, 3, 2, 1]) and b"Item 1" in feed.saved


def test_a_fresh_clone_grows_from_the_saved_feed(job: Callable[..., Job], tmp_path: Path) -> None:
    """Version control holds the journal and the documents, not the private folders."""
    feed = job()
    feed.run(make("RSS 2.0", [2, 1]))
    feed.run(make("RSS 2.0", [3, 2]))
    saved = feed.saved
    _forget_private(tmp_path)
    feed.run()
    assert feed.saved == saved
    _forget_private(tmp_path)
    asked = len(feed.origin.exchanges)
    feed.run(make("RSS 2.0", [4, 3]))
    assert links_of(feed.saved) == pages([4, 3, 2, 1]) and b"img.example" not in feed.saved
    news = {picture_url(4), enclosure_url(4), URL}
    assert {exchange.url for exchange in feed.origin.exchanges[asked:]} == news


def _forget_private(base: Path) -> None:
    shutil.rmtree(base / ".archiver" / "originals")
    (base / ".archiver" / "catalog.sqlite").unlink()


def test_items_that_are_gone_altogether_are_said_to_be(
    job: Callable[..., Job], tmp_path: Path
) -> None:
    feed = job()
    feed.run(make("RSS 2.0", [2, 1]))
    feed.run(make("RSS 2.0", [3, 2]))
    shutil.rmtree(tmp_path / ".archiver" / "originals")
    shutil.rmtree(tmp_path / "archived")
    feed.run(make("RSS 2.0", [4, 3]))
    assert links_of(feed.saved) == pages([4, 3])
    assert "the items of earlier visits are gone" in feed.reason()


def test_a_feed_that_is_broken_for_a_while(job: Callable[..., Job], tmp_path: Path) -> None:
    """It is saved as it came, and what was before comes back with the next whole one."""
    feed = job()
    feed.run(make("RSS 2.0", [2, 1]))
    feed.run(make("RSS 2.0", [3, 2]))
    whole = make("RSS 2.0", [4, 3])
    cut = whole[: whole.rindex(b"</item>") + 7]
    for _ in range(2):
        feed.run(cut)
        assert "its items cannot be told apart (it is cut off); those of earlier" in feed.reason()
        assert b"Item 4" in feed.saved and b"Item 1" not in feed.saved
        assert b"img.example" not in feed.saved
    before = kept_in(tmp_path)
    feed.run()
    assert kept_in(tmp_path) == before
    feed.run(make("RSS 2.0", [5, 4]))
    assert links_of(feed.saved) == pages([5, 4, 3, 2, 1]) and feed.reason() == ""


def test_a_feed_that_is_broken_at_first(job: Callable[..., Job]) -> None:
    """Nothing can be taken from it; it grows from the first whole one."""
    feed, whole = job(), make("RSS 2.0", [2, 1])
    for _ in range(2):
        feed.run(whole[: whole.rindex(b"</item>") + 7])
        assert feed.reason() == "its items cannot be told apart (it is cut off)"
        assert b"Item 1" in feed.saved and b"img.example" not in feed.saved
    for newest in (3, 4):
        feed.run(make("RSS 2.0", [newest, newest - 1]))
        assert feed.reason() == ""
    assert links_of(feed.saved) == pages([4, 3, 2])


def test_a_feed_that_becomes_one_of_another_kind(job: Callable[..., Job], tmp_path: Path) -> None:
    """Its items stand in another file, and both keep theirs."""
    feed = job()
    feed.run(make("RSS 2.0", [2, 1]))
    feed.run(make("Atom 1.0", [3, 2]))
    feed.run(make("Atom 1.0", [4, 3]))
    folder = tmp_path / "archived" / "site.example" / "feed"
    assert links_of((folder / "index.xml").read_bytes()) == pages([2, 1])
    assert links_of((folder / "index.atom.xml").read_bytes()) == pages([4, 3, 2])
    feed.run(make("RSS 2.0", [5, 2]))
    assert links_of((folder / "index.xml").read_bytes()) == pages([5, 2, 1])


def test_caps_of_the_configuration(job: Callable[..., Job]) -> None:
    feed = job(keep_items=4)
    for n in range(6):
        feed.run(make("RSS 2.0", [n + 2, n + 1]))
    assert links_of(feed.saved) == pages([7, 6, 5, 4])
    assert job(keep_days=10).run(make("RSS 2.0", [9, 8])).problems == ()
    assert links_of(feed.saved) == pages([9, 8]), "all others are years old"


def test_a_feed_that_is_a_file_grows_too(job: Callable[..., Job], tmp_path: Path) -> None:
    """Its relative links are local images, as in any file."""
    feed = job(feed="feeds/my feed.xml")
    file = tmp_path / "feeds" / "my feed.xml"
    (tmp_path / "feeds" / "pictures").mkdir(parents=True)
    (tmp_path / "feeds" / "pictures" / "9.png").write_bytes(plain((9, 9, 9)))
    for window in ([2, 1], [3, 2], [9, 3]):
        data = make("RSS 2.0", window).replace(picture_url(9).encode(), b"pictures/9.png")
        file.write_bytes(data)
        assert feed.run().problems == ()
    saved = (tmp_path / "archived" / "my feed.xml").read_bytes()
    assert links_of(saved) == pages([9, 3, 2, 1]) and file.read_bytes() == data
    assert b"img.example" not in saved and b"pictures/9.png" not in saved
    assert saved.count(b"https://me.example/archive/assets/") == 12
    before = snapshot_of(tmp_path)
    feed.run()
    assert snapshot_of(tmp_path) == before
    file.unlink()
    summary = feed.run()
    assert [problem.reason for problem in summary.problems] == ["no such file or directory"]
    assert (tmp_path / "archived" / "my feed.xml").read_bytes() == saved


def test_many_runs(job: Callable[..., Job], tmp_path: Path) -> None:
    """Ten items at a time; two runs of three bring a new one."""
    feed, newest = job(), 10
    for run in range(FEED_RUNS):
        is_new = run % 3 != 2
        newest += is_new
        before = kept_in(tmp_path)
        feed.run(make("RSS 2.0", range(newest, newest - 10, -1)))
        assert (kept_in(tmp_path) != before) == is_new, run
    assert links_of(feed.saved) == pages(range(newest, 1, -1))
    pictures = [url for url in feed.origin.urls if url != URL]
    assert len(pictures) == len(set(pictures)) == 2 * (newest - 1)
    assert b"img.example" not in feed.saved
    assert feed.saved.count(b"https://me.example/archive/assets/") == 3 * (newest - 1)


def test_items_that_are_left_out_for_their_bytes_are_reported(
    job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, room = job(), len(make("RSS 2.0", [2])) + 100
    monkeypatch.setattr(feed_growth, "grow", partial(grow, max_bytes=room))
    feed.run(make("RSS 2.0", [1]))
    feed.run(make("RSS 2.0", [2]))
    assert feed.reason() == "1 earlier items are left out, as it has 48 MiB"
