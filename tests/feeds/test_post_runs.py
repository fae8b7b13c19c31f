"""Runs over a feed whose items become posts: once each, for good, and nobody's edit is lost."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from feed_site import CONFIG, FEED, FeedOrigin, item, picture, rss
from loopback import Exchange
from program import run_archiver
from samples import EVERY_POST_CALL, POST_RUNS

from archiver.config import load_config
from archiver.errors import UsageError
from archiver.files import calls
from archiver.jobs import archive
from archiver.listeners import Silent
from archiver.model import DocumentResult, Summary
from archiver.orders import orders_of


class Listener(Silent):
    def __init__(self) -> None:
        self.results: list[DocumentResult] = []

    def on_document(self, result: DocumentResult) -> None:
        self.results.append(result)


class Site:
    """Runs the job in this process; see `feed_site.FeedSite`, which runs the program."""

    def __init__(self, origin: FeedOrigin, folder: Path, more: str = "", feed: str = FEED) -> None:
        self.origin, self.folder, self.posts = origin, folder, folder / "posts"
        folder.mkdir(exist_ok=True)
        (folder / "archiver.toml").write_text(CONFIG.format(feed=feed, more=more))
        self.results: dict[str, tuple[str, str]] = {}

    def serve(self, *items: str, etag: str = "") -> None:
        self.origin.answers.pop(FEED, None)
        headers = {"ETag": etag} if etag else {}
        self.origin.serve(FEED, rss(*items).encode(), media_type="text/xml", headers=headers)

    def run(self, robots: bool = False, **more: bool) -> Summary:
        config = load_config(
            str(self.folder / "archiver.toml"),
            {
                "network.connect_to": list(self.origin.connect_to),
                "network.ca_file": self.origin.ca_file,
                "network.robots": robots,
                "thumbnails": [{"name": "16", "max_width": 16, "max_height": 16}],
            },
        )
        listener = Listener()
        summary = archive(orders_of(config), config, listener, **more)
        self.results = {
            Path(r.task.name).name: (str(r.outcome), r.reason) for r in listener.results
        }
        return summary

    def text(self, number: int) -> str:
        return self.path(number).read_text("utf-8")

    def path(self, number: int) -> Path:
        return self.posts / f"2022-05-11-post-{number}.md"

    def state(self) -> dict[str, tuple[int, bytes]]:
        return {
            str(path.relative_to(self.folder)): (path.stat().st_ino, path.read_bytes())
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name not in ("lock", "archiver.toml")
        }


@pytest.fixture
def feed_origin() -> Iterator[FeedOrigin]:
    with FeedOrigin() as server:
        yield server


@pytest.fixture
def site(feed_origin: FeedOrigin, tmp_path: Path) -> Site:
    return Site(feed_origin, tmp_path / "site")


def test_a_feed_that_rotates(site: Site) -> None:
    for turn in range(POST_RUNS):
        site.serve(*(item(number) for number in range(turn + 2, turn - 1, -1)), etag=f'"{turn}"')
        assert site.run().is_new_loss is False
        before = site.state()
        site.run()
        assert site.state() == before, "nothing new, nothing written"
    posts = sorted(site.posts.iterdir())
    assert posts == sorted(site.path(number) for number in range(POST_RUNS + 2))
    assert all("https://img" not in path.read_text() for path in posts)
    asked = [url for url in site.origin.urls if url != FEED]
    assert len(asked) == len(set(asked)) == POST_RUNS + 2, "no picture twice"


def test_a_changed_item_changes_its_post(site: Site) -> None:
    site.serve(item(1))
    site.run()
    site.serve(item(1, "more").replace("Post 1", "Another title"))
    site.run()
    assert [path.name for path in site.posts.iterdir()] == [site.path(1).name]
    assert "more" in site.text(1) and "title: 'Another title'" in site.text(1)
    before = site.state()
    site.run()
    assert site.state() == before


def test_an_edited_post_stays_and_is_reported_once(site: Site) -> None:
    site.serve(item(1), item(2))
    site.run()
    edited = site.text(1) + "a person's words\n"
    site.path(1).write_text(edited)
    site.path(2).unlink()
    site.serve(item(1, "more"), item(2, "more"))
    site.run()
    assert site.results[site.path(1).name][0] == "conflict"
    assert site.results[site.path(2).name][0] == "skipped", "a removed post does not come back"
    assert site.text(1) == edited and not site.path(2).exists()
    before = site.state()
    site.run()
    assert site.state() == before and "conflict" not in str(site.results)


def test_an_edit_that_was_archived_since_is_still_an_edit(site: Site) -> None:
    config = site.folder / "archiver.toml"
    site.serve(item(1))
    site.run()
    site.path(1).write_text(site.text(1) + "\n![](https://img.example/edited.jpg)\n")
    plain = config.read_text()
    config.write_text(
        plain + '[[sources]]\npath = "posts"\nin_place = true\n[run]\nmin_age = "0s"\n'
    )
    site.run()
    edited = site.text(1)
    assert "img.example" not in edited
    site.serve(item(1, "more"))
    site.run()
    assert site.text(1) == edited and "conflict" in str(site.results)


def test_names_that_are_taken(site: Site) -> None:
    site.posts.mkdir()
    site.path(1).write_text("a person's own")
    same = [item(n).replace(f"Post {n}", title) for n, title in ((2, "Same"), (3, "same"))]
    site.serve(item(1), *same)
    site.run()
    assert site.text(1) == "a person's own"
    names = {path.name for path in site.posts.iterdir()}
    assert len(names) == 4 and "2022-05-11-same.md" in names
    assert (
        sum(re.fullmatch(r"2022-05-11-(same|post-1)-[0-9a-f]{8}\.md", n) is not None for n in names)
        == 2
    )


def test_lost_pictures_are_asked_for_again_when_the_item_is_gone(site: Site) -> None:
    lost = "https://lost.example/a.jpg"
    site.serve(item(1).replace("https://img.example/000001.jpg", lost))
    assert site.run().is_new_loss
    site.serve(item(2))
    site.run()
    assert lost in site.text(1)
    site.origin.serve(lost, picture(lost), media_type="image/jpeg")
    site.run(is_retrying=True)
    assert lost not in site.text(1)
    before = site.state()
    site.run(is_retrying=True)
    assert site.state() == before


def test_a_post_that_waits_for_a_picture_is_a_persons_once_they_touch_it(site: Site) -> None:
    lost = "https://lost.example/a.jpg"
    site.serve(*(item(n).replace(f"https://img.example/00000{n}.jpg", lost) for n in (1, 2)))
    site.run()
    site.path(1).unlink()
    site.path(2).write_text(site.text(2) + "a person's words\n")
    edited = site.text(2)
    site.origin.serve(lost, picture(lost), media_type="image/jpeg")
    site.run(is_retrying=True)
    assert not site.path(1).exists() and site.text(2) == edited


class Meddler(FeedOrigin):
    """Does something the moment a picture is asked for."""

    meddle: Callable[[], object] = staticmethod(lambda: None)

    async def handle(self, exchange: Exchange) -> None:
        if "img.example" in exchange.url:
            self.meddle()
        await super().handle(exchange)


def test_a_post_that_is_edited_while_its_pictures_are_fetched(tmp_path: Path) -> None:
    with Meddler() as origin:
        site = Site(origin, tmp_path / "site")
        site.serve(item(1))
        site.run()
        site.serve(item(1).replace("000001", "000002"))
        origin.meddle = lambda: site.path(1).write_text("mine")
        site.run()
        assert site.results[site.path(1).name] == ("conflict", "changed during the run")
        site.run()  # which finds the edit before it asks for anything
        before = site.state()
        site.run()
        assert site.state() == before and site.text(1) == "mine"


def test_a_restored_post_and_its_later_versions(site: Site) -> None:
    site.serve(item(1))
    site.run()
    archived = site.text(1)
    assert run_archiver("restore", "--all", cwd=site.folder).code == 0
    original = site.text(1)
    assert "https://img.example/000001.jpg" in original and original != archived
    site.run()
    assert site.text(1) == original, "left alone until its item changes"
    site.serve(item(1, "more"))
    site.run()
    assert "more" in site.text(1) and "https://img" not in site.text(1)


def test_a_fresh_clone_of_a_killed_run(site: Site) -> None:
    """It has the journal, which says that there are posts to make, but not what they hold."""
    site.serve(item(1), item(2))
    site.run()
    (journal,) = (site.folder / ".archiver" / "journal").iterdir()
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(line for line in lines if b'"kind":"item"' in line))
    for folder in ("posts", ".archiver/originals"):
        shutil.rmtree(site.folder / folder)
    for file in site.folder.glob(".archiver/catalog*"):
        file.unlink()
    site.serve(item(2))
    site.run()
    assert "https://img" not in site.text(2)
    gone = ("unreadable", "what it was to hold is gone, and so is its item")
    assert site.results[site.path(1).name] == gone and not site.path(1).exists()
    before = site.state()
    site.run()
    assert site.state() == before and gone not in site.results.values(), "it is said once"
    site.serve(item(1), item(2))
    site.run()
    assert "https://img" not in site.text(1), "it came back"


UNHAD = {
    "no URL to ask": ("https://feed.example:99999/rss.xml", "not asked for (url)"),
    "gone": ("https://feed.example/gone.xml", "gone (status-404)"),
    "no feed": (FEED, "is no feed"),
    "no such file": ("none.xml", "no such file or directory"),
}


@pytest.mark.parametrize(("feed", "reason"), UNHAD.values(), ids=UNHAD.keys())
def test_a_feed_that_cannot_be_had(
    feed: str, reason: str, feed_origin: FeedOrigin, tmp_path: Path
) -> None:
    site = Site(feed_origin, tmp_path / "site", feed=feed)
    feed_origin.serve(FEED, b"<p>Down for maintenance", media_type="text/html")
    summary = site.run()
    assert [problem.reason for problem in summary.problems] == [reason]
    assert not site.posts.exists()


def test_robots_that_forbid_the_feed(site: Site) -> None:
    site.serve(item(1))
    rules = b"User-agent: *\nDisallow: /rss.xml\n"
    site.origin.serve("https://feed.example/robots.txt", rules, media_type="text/plain")
    site.run(robots=True)
    assert list(site.results.values()) == [("skipped", "robots.txt forbids it")]
    assert not site.posts.exists() and FEED not in site.origin.urls


def test_a_feed_in_a_file(feed_origin: FeedOrigin, tmp_path: Path) -> None:
    site = Site(feed_origin, tmp_path / "site", feed="feeds/a.xml")
    (site.folder / "feeds").mkdir()
    (site.folder / "feeds" / "a.xml").write_text(rss(item(1)))
    site.run()
    assert "https://img" not in site.text(1)
    before = site.state()
    assert site.run().documents == {"unchanged": 1} and site.state() == before
    (site.folder / "feeds" / "a.xml").write_text(rss(item(2), item(1)))
    site.run()
    assert site.path(2).exists()


def test_a_template_of_ones_own(feed_origin: FeedOrigin, tmp_path: Path) -> None:
    more = 'template = "forms/post.html.j2"\nname = "{date:%Y}/{slug}"\nsanitize = false\n'
    site = Site(feed_origin, tmp_path / "site", more)
    (site.folder / "forms").mkdir()
    form = site.folder / "forms" / "post.html.j2"
    form.write_text("<title>{{ title }}</title>\n{{ html }}")
    site.serve(item(1, "&lt;script>x()&lt;/script>"))
    site.run()
    text = (site.posts / "2022" / "post-1.html").read_text()
    assert text.startswith(
        "<title>Post 1</title>\n<p><script>x()</script> <img src='../../archive/"
    )
    form.unlink()
    with pytest.raises(UsageError, match="no such file"):
        site.run()


def test_the_whole_text_of_the_page(feed_origin: FeedOrigin, tmp_path: Path) -> None:
    site = Site(feed_origin, tmp_path / "site", "full_text = true\n")
    words = "<p>" + "The whole text has many words in it, and commas, too. " * 8 + "</p>"
    page = f"<html><body><nav><a href=/>Home</a></nav><article><h1>A</h1>{words}"
    page += f"<img data-src='/i?n=7' src=wait.gif>{words}</article><footer>f</footer></body></html>"
    site.serve(item(1))
    feed_origin.serve("https://site.example/1", status=503, times=3)
    feed_origin.serve("https://site.example/1", page.encode(), media_type="text/html")
    feed_origin.serve("https://site.example/i?n=7", picture("i"), media_type="image/jpeg")
    site.run()
    assert "whole text" not in site.text(1), "the page could not be had: what the feed has"
    site.run()
    text = site.text(1)
    assert text.count("whole text") == 16 and "Home" not in text and "https://site" not in text
    before = site.state()
    site.run()
    assert site.state() == before


PAGES = {
    "gone": "https://site.example/gone",
    "without a text": "https://site.example/empty",
    "forbidden": "https://site.example/private/1",
    "no URL to ask": "https://site.example:99999/",
    "no address": "",
}


def test_pages_that_give_no_text(feed_origin: FeedOrigin, tmp_path: Path) -> None:
    """The posts hold what the feed has, and the pages are not asked for again."""
    site = Site(feed_origin, tmp_path / "site", "full_text = true\n")
    rules = b"User-agent: *\nDisallow: /private/\n"
    feed_origin.serve("https://site.example/robots.txt", rules, media_type="text/plain")
    feed_origin.serve(PAGES["without a text"], b"<p>", media_type="text/html")
    site.serve(
        *(item(n, n * "word").replace(f"https://site.example/{n}<", f"{url}<")
        for n, url in enumerate(PAGES.values(), 1))
    )  # fmt: skip
    site.run(robots=True)
    for number in range(1, len(PAGES) + 1):
        assert number * "word" in site.text(number) and "https://img" not in site.text(number)
    asked = {url for url in feed_origin.urls if "site.example" in url}
    robots = "https://site.example/robots.txt"
    assert asked == {robots, PAGES["gone"], PAGES["without a text"]}
    feed_origin.exchanges.clear()
    before = site.state()
    site.run(robots=True)
    assert site.state() == before
    assert not any("site.example" in url for url in feed_origin.urls)


def test_each_post_parses_and_is_archived_again_without_a_change(site: Site) -> None:
    titles = ["'a': \"b\"", "@x", "%y", "- z", "🎉", "a\nb", "{{ x }}", "&lt;b>c&lt;/b>", ""]
    site.serve(*(item(n).replace(f"Post {n}", t) for n, t in enumerate(titles)))
    site.run()
    texts = {path: path.read_text("utf-8") for path in site.posts.iterdir()}
    found = {yaml.safe_load(text.split("---\n")[1])["title"] for text in texts.values()}
    assert found == {"'a': \"b\"", "@x", "%y", "- z", "🎉", "a b", "{{ x }}", "c", ""}
    assert run_archiver("archive", "posts", "--in-place", cwd=site.folder).code == 0
    assert {path: path.read_text("utf-8") for path in site.posts.iterdir()} == texts


class Stop:
    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def __call__(self, name: str, call, arguments):  # type: ignore[no-untyped-def]
        self.count += 1
        if self.count != self.at:
            return call(*arguments)
        try:
            if name == "write":
                call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
        finally:
            os._exit(9)


def stopped(site: Site, at: int) -> bool:
    """Whether a run was stopped at call *at*; it ended before that otherwise."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            calls.hook = Stop(at)
            site.run()
            code = 0
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9)
    return code == 9


def test_a_run_stopped_anywhere_leaves_no_half_post_and_no_gap(
    feed_origin: FeedOrigin, tmp_path: Path
) -> None:
    clean = Site(feed_origin, tmp_path / "clean")
    clean.serve(item(2), item(1, "old"))
    clean.run()
    old = {1: clean.text(1), 2: clean.text(2)}
    clean.serve(item(3), item(1, "new"))
    clean.run()
    new = {1: clean.text(1), 2: clean.text(2), 3: clean.text(3)}
    at = EVERY_POST_CALL // 2
    while True:
        site = Site(feed_origin, tmp_path / f"at{at}")
        site.serve(item(2), item(1, "old"))
        site.run()
        site.serve(item(3), item(1, "new"))
        was_stopped = stopped(site, at)
        for path in (site.path(n) for n in (1, 2, 3)):
            number = int(path.stem[-1])
            allowed = {old.get(number), new[number], None}
            assert (path.read_text() if path.exists() else None) in allowed, f"call {at}"
        is_known = b'"kind":"item"' in b"".join(
            p.read_bytes() for p in sorted((site.folder / ".archiver/journal").iterdir())[1:]
        )
        if is_known:
            site.serve(item(9))  # the items have left the feed
        site.run()
        assert {n: site.text(n) for n in (1, 2, 3)} == new, f"call {at}"
        if not was_stopped:
            break
        at += EVERY_POST_CALL
    assert at > 2 * EVERY_POST_CALL
