"""One page, feed or style sheet fetched, its bytes kept, the visit noted."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TypeVar

from archiver import files
from archiver.catalog import Catalog
from archiver.errors import DocumentError, FetchError
from archiver.fetch.client import Client
from archiver.formats import detect_format
from archiver.journal import Journal
from archiver.model import Download, FeedCaps, Visit
from archiver.pipeline.feed_growth import FeedGrowth
from archiver.pipeline.originals import Originals
from archiver.pipeline.page_place import place_page, place_sheet
from archiver.pipeline.places import Places
from archiver.pipeline.records import now_text
from archiver.redact import redact
from archiver.syntax.json_strings import is_json

T = TypeVar("T")

# What browsers send: some servers choose by it between a page, an application and an error.
ACCEPT_PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ACCEPT_FEED = (
    "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.8"
)
ACCEPT_SHEET = "text/css,*/*;q=0.1"
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_HTML_TYPES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Wish:
    """What to fetch.

    Attributes:
        url: http or https, normalized.
        folder: what it is saved below; absolute.
        kind: ``page`` (or a feed), ``feed`` or ``sheet``.
        is_conditional: whether a server is told what we have.
        referer: the Referer header; None for none.
        caps: what a feed keeps of earlier visits; None: nothing, it is saved as it came.
    """

    url: str
    folder: bytes
    kind: str = "page"
    is_conditional: bool = False
    referer: str | None = None
    caps: FeedCaps | None = None


class Visitor:
    """Fetches documents; what they held before stays."""

    def __init__(
        self,
        places: Places,
        client: Client,
        originals: Originals,
        catalog: Catalog,
        journal: Journal,
        growth: FeedGrowth,
        disk: Executor,
        max_bytes: int,
    ) -> None:
        self._growth = growth
        self._places, self._client, self._originals = places, client, originals
        self._catalog, self._journal, self._disk = catalog, journal, disk
        self._max_bytes = max_bytes

    async def visit(self, wish: Wish) -> Visit:
        """What the URL holds now; a visit that brings known bytes is not noted again.

        Raises:
            FetchError: nothing came.
            DocumentError: what came is no such document.
        """
        known = await self._find_known(wish)
        has_known = known is not None and await self._holds(known.saved)
        is_asked = has_known and wish.is_conditional and known is not None
        try:
            found = await self._fetch(wish, known if is_asked else None)
        except FetchError as error:
            if error.reason == "not-modified" and known is not None:
                return known
            raise
        return self._note(known, found)

    async def visit_file(self, wish: Wish, file: bytes) -> Visit:
        """The same of a feed that is a file.

        Raises:
            DocumentError: it cannot be read, or is no feed.
        """
        known = await self._find_known(wish)
        data, snapshot = await self._on_disk(lambda: files.read_document(file))
        sha256 = snapshot.sha256
        if known is not None and known.sha256 == sha256 and await self._holds(known.saved):
            return known
        if detect_format(data, None) != "feed":
            raise DocumentError(files.shown(file), "is no feed")
        await self._on_disk(lambda: self._originals.put_bytes(data))
        path = self._places.relative(wish.folder + b"/" + os.path.basename(file))
        visit = Visit(wish.url, path, sha256, "", "feed", when=now_text())
        return self._note(known, await self._growth.grow(visit, data, wish.caps or FeedCaps()))

    async def _find_known(self, wish: Wish) -> Visit | None:
        known = self._catalog.visits.find(wish.url, self._places.relative(wish.folder))
        if known is not None and known.grown:
            await self._growth.recover(known)
        return known

    def _note(self, known: Visit | None, found: Visit) -> Visit:
        if known is not None and _is_same(known, found):
            return known
        self._journal.append_visit(found)
        self._catalog.visits.add(found)
        return found

    async def _holds(self, sha256: str) -> bool:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._disk, self._originals.holds, sha256)

    async def _fetch(self, wish: Wish, known: Visit | None) -> Visit:
        charset = CharsetNote()

        async def keep(download: Download) -> Visit:
            return await self._keep(download, wish, charset.label)

        return await self._client.fetch(
            wish.url,
            check=keep,
            referer=wish.referer,
            max_bytes=self._max_bytes,
            etag=known.etag if known else "",
            last_modified=known.last_modified if known else "",
            headers={"Accept": _ACCEPT[wish.kind]},
            on_answer=charset.note,
        )

    async def _keep(self, download: Download, wish: Wish, charset: str) -> Visit:
        data = await self._on_disk(lambda: files.read_bytes(download.path))
        format = tell_fetched(data, download.media_type, wish.kind)
        if format is None:
            expected = {"sheet": "style sheet", "feed": "feed"}.get(wish.kind, "page and no feed")
            raise DocumentError(redact(wish.url), f"is no {expected} ({download.media_type})")
        await self._on_disk(lambda: self._originals.put(download.path, download.sha256))
        place = wish.folder + b"/" + _place(wish.url, format, data).encode()
        visit = Visit(
            wish.url,
            self._places.relative(place),
            download.sha256,
            download.final_url,
            format,
            charset,
            download.etag,
            download.last_modified,
            now_text(),
        )
        if format != "feed" or wish.caps is None:
            return visit
        return await self._growth.grow(visit, data, wish.caps)

    async def _on_disk(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, function)


_ACCEPT = {"page": ACCEPT_PAGE, "feed": ACCEPT_FEED, "sheet": ACCEPT_SHEET}


class CharsetNote:
    """The charset that the last answer named."""

    def __init__(self) -> None:
        self.label = ""

    def note(self, url: str, headers: Mapping[str, str]) -> None:
        match = _CHARSET.search(headers.get("content-type", ""))
        self.label = match[1] if match else ""


def tell_fetched(data: bytes, media_type: str, kind: str) -> str | None:
    """The format of what was fetched as a *kind*; None: it is no such document.

    >>> tell_fetched(b"Hello", "text/html", "page"), tell_fetched(b"Hello", "text/plain", "page")
    ('html', None)
    """
    found = detect_format(data, None)
    if kind == "sheet":
        is_other = found in ("html", "feed", "svg", None)
        return None if is_other and media_type != "text/css" else "stylesheet"
    if found == "feed" or (found == "html" and kind == "page"):
        return found
    return "html" if media_type in _HTML_TYPES and kind == "page" else None


def _place(url: str, format: str, data: bytes) -> str:
    if format == "stylesheet":
        return place_sheet(url)
    suffix = ".html" if format == "html" else ".json" if is_json(data) else ".xml"
    return place_page(url, suffix)


def _is_same(known: Visit, found: Visit) -> bool:
    """Whether two visits differ in nothing that the saved document is made from."""
    return known == replace(
        found, etag=known.etag, last_modified=known.last_modified, when=known.when
    )
