"""A folder with a configuration that makes posts of a feed, and the origin that serves it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from loopback import Exchange
from origin import Origin
from pictures import photograph, save
from program import Result, run_archiver

FEED = "https://feed.example/rss.xml"
CONFIG = '[[sources]]\nfeed = "{feed}"\nas = "posts"\npath = "posts"\n{more}'


class FeedOrigin(Origin):
    """An origin that answers 304 to who has what it would send, and has any picture of its host."""

    async def handle(self, exchange: Exchange) -> None:
        known = exchange.header("if-none-match")
        answers = self.answers.get(exchange.url, [])
        if known is not None and any(("ETag", known) in answer.headers for answer in answers):
            await exchange.answer(b"", 304, (("ETag", known),), None)
        elif exchange.url.startswith("https://img.example/"):
            await exchange.answer(picture(exchange.url), 200, (), "image/jpeg")
        else:
            await super().handle(exchange)


def picture(url: str) -> bytes:
    """The picture at *url*, another one for each."""
    seed = int.from_bytes(url.encode()[-6:], "big") % 100_000
    return save(photograph(seed, (48, 32)), "JPEG")


class FeedSite:
    """Runs the program over a feed.

    Attributes:
        posts: the folder of the posts.
    """

    def __init__(self, origin: Origin, folder: Path, more: str = "", feed: str = FEED) -> None:
        self.origin, self.folder, self.posts = origin, folder, folder / "posts"
        (folder / "archiver.toml").write_text(CONFIG.format(feed=feed, more=more))

    def serve(self, feed: str | bytes, **more: Any) -> None:
        """Serve another version of the feed."""
        data = feed.encode() if isinstance(feed, str) else feed
        self.origin.answers.pop(FEED, None)
        self.origin.serve(FEED, data, media_type="application/xml", **more)

    def run(self, *arguments: str) -> Result:
        mapped = [word for place in self.origin.connect_to for word in ("--connect-to", place)]
        network = [*mapped, "--ca-file", self.origin.ca_file]
        return run_archiver("run", "--json", *arguments, *network, cwd=self.folder)

    def restore(self) -> Result:
        return run_archiver("restore", "--all", cwd=self.folder)

    def texts(self) -> dict[str, str]:
        """Name → text of each post."""
        return {
            str(path.relative_to(self.posts)): path.read_text("utf-8")
            for path in sorted(self.posts.rglob("*"))
            if path.is_file()
        }

    def state(self) -> dict[str, tuple[int, bytes]]:
        """Path → inode and bytes of all that a run has written."""
        return {
            str(path.relative_to(self.folder)): (path.stat().st_ino, path.read_bytes())
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name != "lock"
        }

    @property
    def asked(self) -> list[str]:
        """The URLs asked for, in order, without robots.txt."""
        return [url for url in self.origin.urls if not url.endswith("/robots.txt")]


def outcomes(result: Result) -> dict[str, tuple[str, str]]:
    """Document → outcome and reason, of a run with ``--json``."""
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {
        x["document"]: (x["outcome"], x["reason"]) for x in lines if x.get("kind") == "document"
    }


def rss(*items: str) -> str:
    """An RSS feed of items, each the inside of its element."""
    inner = "".join(f"<item>{item}</item>\n" for item in items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Site</title>'
        f"<link>https://site.example/</link>\n{inner}</channel></rss>"
    )


def item(number: int, text: str = "") -> str:
    """The item of this number, with a picture of its own."""
    return (
        f"<title>Post {number}</title><link>https://site.example/{number}</link>"
        f"<guid>id-{number}</guid><pubDate>Wed, 11 May 2022 02:16:25 GMT</pubDate>"
        f"<description>&lt;p>{text} &lt;img src='https://img.example/{number:06}.jpg'>"
        "&lt;/p></description>"
    )
