"""An origin whose hosts each have a mood, and posts archived from it in this process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from loopback import HTML, Exchange
from origin import Origin
from pictures import photograph, save

import archiver
from archiver.catalog import Catalog
from archiver.model import ImageRecord, Summary

MARK = "?x-bce-process=image/watermark,g_7"
PLACEHOLDER = save(photograph(999, (300, 200)), "JPEG")
SITE = "https://site.example/posts/1"

Mood = Callable[[Exchange], bytes | int | str]
"""What is answered: a picture, a status, or where a redirect leads."""


def photo(name: str, size: tuple[int, int] = (480, 320)) -> bytes:
    """A picture of its own for each name."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    return save(photograph(seed, size), "JPEG")


def marked(name: str, size: tuple[int, int] = (480, 320)) -> bytes:
    """The picture of *name* with a mark in its corner."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    picture = photograph(seed, size).copy()
    picture.paste((255, 255, 255), (size[0] - 60, size[1] - 20, size[0] - 10, size[1] - 8))
    return save(picture, "JPEG")


def by_query(exchange: Exchange) -> bytes:
    """Marked where the query asks for it, clean without."""
    path, _, query = exchange.target.decode().partition("?")
    return marked(path) if "watermark" in query else photo(path)


class MoodyOrigin(Origin):
    """Answers each host in its mood; a host without one as `Origin` does."""

    def __init__(self) -> None:
        super().__init__()
        self.moods: dict[str, Mood] = {}

    def asked(self, host: str) -> list[tuple[str, str | None]]:
        """Path with query and Referer of each request to *host*, in order."""
        return [
            (e.target.decode(), e.header("referer"))
            for e in self.exchanges
            if e.header("host") == host
        ]

    async def handle(self, exchange: Exchange) -> None:
        mood = self.moods.get(exchange.header("host") or "")
        if mood is None:
            return await super().handle(exchange)
        answer = mood(exchange)
        if isinstance(answer, bytes):
            await exchange.answer(answer, media_type="image/jpeg")
        elif isinstance(answer, str):
            await exchange.answer(b"", 302, [("Location", answer)])
        else:
            await exchange.answer(HTML, answer, media_type="text/html")
        return None


class Posts:
    """Posts in a folder, archived to ``out`` beside it, again and again."""

    def __init__(self, folder: Path, origin: Origin) -> None:
        self.folder, self.origin = folder, origin
        self.summary = Summary()
        (folder / "posts").mkdir()

    def write(self, name: str, text: str) -> Path:
        path = self.folder / "posts" / name
        path.write_text(text)
        return path

    async def archive(
        self, base_url: str = "", config: Mapping[str, Any] | None = None, **network: Any
    ) -> dict[str, ImageRecord]:
        """Archive them; the newest record of every URL."""
        reach = {"connect_to": list(self.origin.connect_to), "ca_file": self.origin.ca_file}
        table = {**(config or {}), "network": {"backoff_s": 0.01, **reach, **network}}
        settings = replace(
            archiver.Config.from_dict(table, base=str(self.folder)), base_url=base_url
        )
        self.summary = await archiver.archive_async(
            self.folder / "posts", settings, output=self.folder / "out"
        )
        return self.records()

    def records(self) -> dict[str, ImageRecord]:
        state = self.folder / "out" / ".archiver"
        with Catalog(
            str(state / "catalog.sqlite"), str(state / "journal"), read_only=True
        ) as found:
            return {record.url: record for record in found.images()}

    def bytes_of(self, record: ImageRecord) -> bytes:
        return (self.folder / "out" / record.path).read_bytes()


def image(url: str, **attributes: int) -> str:
    """An element that shows *url*."""
    stated = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<p><img src="{url}"{stated}></p>\n'


def story(record: ImageRecord) -> list[str]:
    """What was refused, a few words each."""
    return [f"{r.kind}, {r.referer or 'none'}: {r.reason}" for r in record.refused]
