"""Asking hosts again for pictures that are there already, where a refresh is asked for.

Nothing that a document shows changes by it: a picture that became another one upstream is stored
beside the old one, named in the old one's record, and reported. What could not be had this time
is no loss, since the old bytes are kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from archiver.catalog import Catalog
from archiver.errors import ImageLostError, PictureError, first_error
from archiver.model import Candidate, Freshness, ImageRecord, Kind, Outcome
from archiver.pipeline.attempts import Attempt, list_referers
from archiver.pipeline.drawing import is_drawing
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
        draw: makes the harmless form of a drawing.
    """

    def __init__(
        self,
        hunter: Hunter,
        habits: Habits,
        keeper: Keeper,
        catalog: Catalog,
        note: Callable[[ImageRecord], None],
        draw: Callable[[ImageRecord, Wanted], Awaitable[ImageRecord]],
    ) -> None:
        self._hunter, self._habits, self._keeper = hunter, habits, keeper
        self._catalog, self._note, self._draw = catalog, note, draw

    async def refresh_all(
        self, until: str, on_refreshed: Callable[[Freshness, ImageRecord], None]
    ) -> None:
        """Ask for all pictures whose newest fact is no younger than *until* (RFC 3339).

        Args:
            on_refreshed: told of each one, when it was asked for.

        Raises:
            RunError: the run cannot go on; what was under way is cancelled first.
        """
        gate = asyncio.Semaphore(WINDOW)

        async def one(known: ImageRecord) -> None:
            try:
                on_refreshed(*await self.refresh(known))
            finally:
                gate.release()

        try:
            async with asyncio.TaskGroup() as group:
                for record in list_stale(self._catalog, until):
                    if await self._keeper.holds(record):
                        await gate.acquire()
                        group.create_task(one(record))
        except BaseExceptionGroup as errors:
            raise first_error(errors) from errors

    async def refresh(self, known: ImageRecord) -> tuple[Freshness, ImageRecord]:
        """Ask for the picture of *known* once more; its record as it is noted."""
        trail = Trail()
        try:
            record = await self._compare(known, await self._ask(known, trail))
            freshness = Freshness.CHANGED if record.newer else Freshness.SAME
        except ImageLostError as error:
            record, freshness = known, Freshness.UNKNOWN
            if error.reason == "not-modified":
                freshness = Freshness.CHANGED if known.newer else Freshness.SAME
            logger.info("asked again url=%s reason=%s", redact(known.url), error.reason)
        finally:
            trail.clear()
        record = replace(record, when=now_text())
        self._note(record)
        return freshness, record

    async def _ask(self, known: ImageRecord, trail: Trail) -> Find:
        """What comes now.

        Raises:
            ImageLostError: nothing, nothing new, or something doubtful.
        """
        candidate = Candidate(known.requested_url, Kind(known.kind), known.rule)
        referers = self._habits.order_referers(host_of(known.url), list_referers(known.url, None))
        attempt, wanted = Attempt(candidate, referers[0]), _wanted(known)
        find = await self._hunter.ask(attempt, wanted, trail, known=known.newer or known)
        if find.doubt:
            raise PictureError(candidate.url, Outcome.PLACEHOLDER, find.doubt)
        return find

    async def _compare(self, known: ImageRecord, find: Find) -> ImageRecord:
        """*known*, with what came as the newer one where it is another picture."""
        download, digest = find.download, f"sha256:{find.download.sha256}"
        validators = _Validators(download.etag, download.last_modified)
        if digest == known.digest:
            return validators.put_into(replace(known, newer=None))
        if known.newer and digest == known.newer.digest:
            return replace(known, newer=validators.put_into(known.newer))
        logger.warning("changed upstream url=%s digest=%s", redact(known.url), digest)
        kept = tuple(flag for flag in known.flags if flag == "watermarked")
        base = replace(known, flags=kept, refused=(), sanitized="", newer=None, when=now_text())
        newer = await self._keeper.store(download, find.picture, validators.put_into(base))
        if is_drawing(newer):
            newer = await self._draw(newer, _wanted(known))
        return replace(known, newer=newer)


def _wanted(known: ImageRecord) -> Wanted:
    return Wanted(known.url, {}, None, b"")


@dataclass(frozen=True, slots=True)
class _Validators:
    etag: str
    last_modified: str

    def put_into(self, record: ImageRecord) -> ImageRecord:
        return replace(record, etag=self.etag, last_modified=self.last_modified)
