"""Asking hosts again for pictures that are there already, where a refresh is asked for.

Nothing that a document shows changes by it: a picture that became another one upstream is stored
beside the old one, named in the old one's record, and reported. What could not be had this time
is no loss, since the old bytes are kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from archiver.catalog import Catalog
from archiver.errors import ImageLostError
from archiver.model import Candidate, Freshness, ImageRecord, Kind
from archiver.pipeline.attempts import Attempt, list_referers
from archiver.pipeline.habits import Habits, host_of
from archiver.pipeline.hunt import Hunter
from archiver.pipeline.keep import Keeper
from archiver.pipeline.records import now_text
from archiver.pipeline.stale import list_stale
from archiver.pipeline.trail import Find, Trail
from archiver.pipeline.wanted import Wanted
from archiver.redact import redact

WINDOW = 64  # pictures asked for side by side; the client's own limits hold as well

logger = logging.getLogger(__name__)


class Refresher:
    """Asks for pictures by ETag and Last-Modified, where they were sent.

    Args:
        note: writes a record down.
    """

    def __init__(
        self,
        hunter: Hunter,
        habits: Habits,
        keeper: Keeper,
        catalog: Catalog,
        note: Callable[[ImageRecord], None],
    ) -> None:
        self._hunter, self._habits, self._keeper = hunter, habits, keeper
        self._catalog, self._note = catalog, note

    async def refresh_all(
        self, until: str, on_refreshed: Callable[[Freshness, ImageRecord], None]
    ) -> None:
        """Ask for all pictures whose newest fact is no younger than *until* (RFC 3339).

        Args:
            on_refreshed: told of each one, when it was asked for.
        """
        gate = asyncio.Semaphore(WINDOW)

        async def one(known: ImageRecord) -> None:
            try:
                on_refreshed(*await self.refresh(known))
            finally:
                gate.release()

        async with asyncio.TaskGroup() as group:
            for record in list_stale(self._catalog, until):
                if self._keeper.holds(record):
                    await gate.acquire()
                    group.create_task(one(record))

    async def refresh(self, known: ImageRecord) -> tuple[Freshness, ImageRecord]:
        """Ask for the picture of *known* once more; its record as it is noted."""
        trail = Trail()
        try:
            find = await self._ask(known, trail)
            freshness, record = await self._compare(known, find)
        except ImageLostError as error:
            is_same = error.reason == "not-modified"
            freshness = _freshness_of(known) if is_same else Freshness.UNKNOWN
            record = known
            logger.info("asked again url=%s reason=%s", redact(known.url), error.reason)
        finally:
            trail.clear()
        record = replace(record, when=now_text())
        self._note(record)
        return freshness, record

    async def _ask(self, known: ImageRecord, trail: Trail) -> Find:
        candidate = Candidate(known.requested_url, Kind(known.kind), known.rule)
        referers = self._habits.order_referers(host_of(known.url), list_referers(known.url, None))
        wanted = Wanted(known.url, {}, None, b"")
        return await self._hunter.ask(Attempt(candidate, referers[0]), wanted, trail, known=known)

    async def _compare(self, known: ImageRecord, find: Find) -> tuple[Freshness, ImageRecord]:
        """What came, stored beside what we have where it is another picture."""
        if find.doubt:
            return Freshness.UNKNOWN, known
        download, digest = find.download, f"sha256:{find.download.sha256}"
        record = replace(known, etag=download.etag, last_modified=download.last_modified)
        if digest == known.digest:
            return Freshness.SAME, replace(record, newer="", newer_path="")
        if digest == known.newer:
            return Freshness.CHANGED, record
        stored = await self._keeper.store(download, find.picture, known)
        logger.warning("changed upstream url=%s digest=%s", redact(known.url), digest)
        return Freshness.CHANGED, replace(record, newer=digest, newer_path=stored.path)


def _freshness_of(known: ImageRecord) -> Freshness:
    """What "not modified" says: the validators are those of the newer one, where there is one."""
    return Freshness.CHANGED if known.newer else Freshness.SAME
