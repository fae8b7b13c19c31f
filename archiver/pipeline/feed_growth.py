"""Feeds that are saved with the items of earlier visits: where those come from, and go to.

They come from what the last visit was saved from, which is kept beside the fetched bytes, so that
a visit costs the same however many there were, and what a person does to the saved feed does no
harm. Only where that is missing (a fresh clone has the journal and the saved feed, not the private
folders) it is made again from the saved feed, by undoing our links in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from archiver import files
from archiver.catalog import Catalog
from archiver.errors import DocumentError
from archiver.feeds.growing import MAX_BYTES, Grown, find_items, grow
from archiver.feeds.spans import Feed, UnclearFeedError
from archiver.model import DocumentRecord, FeedCaps, Visit
from archiver.pipeline.barrier import Barrier
from archiver.pipeline.originals import Originals
from archiver.pipeline.places import Places
from archiver.rewrite.splice import splice
from archiver.rewrite.unsplicing import undo_rewrites

T = TypeVar("T")
logger = logging.getLogger(__name__)

_UNCLEAR = "its items cannot be told apart"
_LOST = "the items of earlier visits are gone: what was kept of them is missing, and so is the feed"


class FeedGrowth:
    """Makes of a fetched feed what is saved.

    The catalog is asked where it is used by all; bytes are read, cut and written in threads.
    """

    def __init__(
        self,
        places: Places,
        originals: Originals,
        catalog: Catalog,
        barrier: Barrier,
        disk: Executor,
    ) -> None:
        self._places, self._originals, self._catalog = places, originals, catalog
        self._barrier, self._disk = barrier, disk
        self._outgrown: dict[bytes, str] = {}

    async def recover(self, known: Visit) -> None:
        """Have what the document of *known* was made from, where it is missing and can be had."""
        if not known.grown or await self._holds(known.grown):
            return
        data = await self._undo_saved(known)
        if data is not None:
            await self._on_disk(self._originals.put_made, data)
            logger.info("recovered path=%s", files.shown(known.path))

    async def grow(self, visit: Visit, data: bytes, caps: FeedCaps) -> Visit:
        """*visit*, which brought *data*, as it is saved: with the items of earlier visits.

        Raises:
            DiskFullError, RunError: the disk is full or fails.
        """
        try:
            newest = await self._on_disk(find_items, data, visit.final_url or None)
        except UnclearFeedError as error:
            return await self._set_apart(visit, str(error))
        for path in (visit.path, _path_of_kind(visit.path, newest.kind)):
            here = replace(visit, path=path)
            known = self._catalog.visits.find(visit.url, path)
            if known is None:
                break
            if await self._is_as_before(known, visit):
                return replace(here, grown=known.grown, earlier=known.earlier, note=known.note)
            earlier = await self._find_earlier(known)
            if earlier is None:
                return replace(here, note=_LOST if known.grown or known.earlier else "")
            if earlier.kind == newest.kind:
                grown = await self._on_disk(_grow, newest, earlier, caps)
                return await self._on_disk(self._keep, here, known, grown)
        return here

    async def forget_outgrown(self, visit: Visit) -> None:
        """Remove what the saved feed was made from before, once nothing can need it."""
        sha256 = self._outgrown.pop(visit.path, None)
        if sha256 is None:
            return
        await self._barrier.pass_through()
        if not self._catalog.visits.needs_original(sha256):
            await self._on_disk(self._originals.remove, sha256)

    async def _set_apart(self, visit: Visit, reason: str) -> Visit:
        """*visit* saved as it came, without earlier items; a later visit takes them up again."""
        known = self._catalog.visits.find(visit.url, visit.path)
        if known is None or await self._find_earlier(known) is None:
            return replace(visit, note=f"{_UNCLEAR} ({reason})")
        note = f"{_UNCLEAR} ({reason}); those of earlier visits are kept until they can be"
        return replace(visit, earlier=known.grows_from, note=note)

    async def _is_as_before(self, known: Visit, visit: Visit) -> bool:
        is_same = (known.sha256, known.final_url) == (visit.sha256, visit.final_url)
        return is_same and await self._holds(known.saved)

    async def _holds(self, sha256: str) -> bool:
        return await self._on_disk(self._originals.holds, sha256)

    async def _find_earlier(self, known: Visit) -> Feed | None:
        """What *known* was saved from, or what comes nearest."""
        sha256 = known.grows_from
        if not await self._holds(sha256):
            data = await self._undo_saved(known)
            if data is None and not await self._holds(known.sha256):
                return None
            sha256 = known.sha256
        else:
            data = None

        def find() -> Feed | None:
            try:
                return find_items(data or self._originals.read(sha256), known.final_url or None)
            except UnclearFeedError:
                return None

        return await self._on_disk(find)

    async def _undo_saved(self, known: Visit) -> bytes | None:
        """The saved feed without links of ours; None where it can't be had."""
        rewrites = self._catalog.story(known.path).rewrites
        path = self._places.absolute(known.path)
        return await self._on_disk(_read_without, path, rewrites)

    def _keep(self, visit: Visit, known: Visit, grown: Grown) -> Visit:
        sha256 = self._originals.put_made(grown.data) if grown.carried else ""
        if known.grown not in ("", sha256):
            self._outgrown[visit.path] = known.grown
        return replace(visit, grown=sha256, note=_say_trouble(grown))

    async def _on_disk(self, function: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._disk, function, *arguments)


def _say_trouble(grown: Grown) -> str:
    """What a person should know of a feed that has grown; "" for nothing."""
    notes = {
        f"{grown.broken} earlier items are not well-formed": grown.broken,
        f"{grown.cut} earlier items are left out, as it has {MAX_BYTES >> 20} MiB": grown.cut,
    }
    return "; ".join(note for note, count in notes.items() if count)


def _grow(newest: Feed, earlier: Feed, caps: FeedCaps) -> Grown:
    return grow(newest, earlier, caps, datetime.now(UTC))


def _read_without(path: bytes, rewrites: tuple[DocumentRecord, ...]) -> bytes | None:
    """A document with *rewrites* undone; None where it can't be had."""
    try:
        data, _ = files.read_document(path)
        return splice(data, undo_rewrites(data, rewrites))
    except (DocumentError, ValueError):
        return None


def _path_of_kind(path: bytes, kind: str) -> bytes:
    """Where a feed of another kind than the one at *path* goes.

    >>> _path_of_kind(b"archived/site.example/feed/index.xml", "atom")
    b'archived/site.example/feed/index.atom.xml'
    """
    stem, _, extension = path.rpartition(b".")
    return b"%b.%b.%b" % (stem, kind.encode(), extension)
