"""One image: known, or fetched once however many documents wait for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from archiver import files
from archiver.catalog import Catalog
from archiver.cdn.settings import PlanningSettings
from archiver.errors import ImageLostError, PictureError
from archiver.journal import Journal
from archiver.model import ImageRecord, Outcome
from archiver.pipeline.acceptance import Judge
from archiver.pipeline.drawing import Drawings, is_drawing
from archiver.pipeline.dynamic import Skips
from archiver.pipeline.hunt import Hunter
from archiver.pipeline.keep import Keeper
from archiver.pipeline.local import copy_bytes, copy_local, local_path
from archiver.pipeline.records import (
    found_record,
    local_record,
    lost_record,
    now_text,
    skipped_record,
)
from archiver.pipeline.rescue import Rescuer
from archiver.pipeline.schedule import is_due
from archiver.pipeline.trail import Find, Trail
from archiver.pipeline.wanted import Wanted
from archiver.planning import has_watermark
from archiver.redact import redact
from archiver.syntax.data_urls import DATA_ATTRIBUTE, decode_data

logger = logging.getLogger(__name__)


class Images:
    """The images of a run.

    Args:
        spool: folder for temporary files, on the file system of the store.
        is_retrying: ask again for lost images before their time has come.
        on_image: told of every image as it ends, once an image.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        journal: Journal,
        hunter: Hunter,
        rescuer: Rescuer,
        keeper: Keeper,
        drawings: Drawings,
        judge: Judge,
        skips: Skips,
        planning: PlanningSettings,
        spool: str,
        max_bytes: int,
        is_retrying: bool = False,
        on_image: Callable[[ImageRecord], None] = lambda record: None,
    ) -> None:
        self._catalog, self._journal = catalog, journal
        self._hunter, self._rescuer = hunter, rescuer
        self._keeper, self._drawings = keeper, drawings
        self._judge, self._skips, self._planning = judge, skips, planning
        self._spool, self._max_bytes = spool, max_bytes
        self._is_retrying, self._on_image = is_retrying, on_image
        self._under_way: dict[str, asyncio.Task[ImageRecord]] = {}
        self._drawn: dict[str, asyncio.Event] = {}

    async def have(self, wanted: Wanted) -> ImageRecord:
        """The record of the image, fetched first if it is not known; for a lost one too."""
        return await asyncio.shield(self._start(wanted))

    def _start(self, wanted: Wanted) -> asyncio.Task[ImageRecord]:
        task = self._under_way.get(wanted.url)
        if task is None:
            self._drawn[wanted.url] = asyncio.Event()
            task = asyncio.create_task(self._obtain(wanted))
            self._under_way[wanted.url] = task
            task.add_done_callback(lambda _: self._forget(wanted.url))
        return task

    def _forget(self, url: str) -> None:
        self._under_way.pop(url, None)
        self._drawn.pop(url, None)

    async def _have_inside(self, wanted: Wanted) -> ImageRecord | None:
        """A picture in a drawing; None where it is a drawing too.

        That is not waited for: two that show each other would wait for ever.
        """
        task = self._start(wanted)
        turned_out = asyncio.create_task(self._drawn[wanted.url].wait())
        try:
            await asyncio.wait({task, turned_out}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            turned_out.cancel()
        if not task.done():
            return None
        return None if is_drawing(task.result()) else task.result()

    async def close(self) -> None:
        """Stop what is under way; nothing half done stays."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _obtain(self, wanted: Wanted) -> ImageRecord:
        known = self._catalog.find_image(wanted.url)
        if known is not None and self._is_kept(known):
            return await self._reuse(known, wanted)
        reason = self._skips.reason(wanted.url, wanted.attributes)
        if reason:
            return self._skip(wanted.url, reason, known)
        if known is not None and not known.outcome.is_had and not self._may_ask(known):
            return known
        record = await self._fetch(wanted, known)
        if is_drawing(record):
            record = await self._draw(record, wanted)
        self._note(record)
        return record

    def _is_kept(self, known: ImageRecord) -> bool:
        is_wanted = known.outcome.is_had or (is_drawing(known) and not self._is_retrying)
        return is_wanted and self._keeper.holds(known)

    async def _reuse(self, known: ImageRecord, wanted: Wanted) -> ImageRecord:
        is_lacking = known.outcome.is_had and self._keeper.lacks_thumbnails(known)
        if is_drawing(known):
            if is_lacking or not self._drawings.is_current(known):
                known = replace(await self._draw(known, wanted), when=now_text())
                self._note(known)
        elif is_lacking:
            known = replace(await self._keeper.render_again(known), when=now_text())
            self._note(known)
        return replace(known, outcome=Outcome.REUSED) if known.outcome.is_had else known

    async def _draw(self, record: ImageRecord, wanted: Wanted) -> ImageRecord:
        self._drawn[wanted.url].set()
        return await self._drawings.finish(record, wanted, self._have_inside)

    def _skip(self, url: str, reason: str, known: ImageRecord | None) -> ImageRecord:
        """Leave the picture as it is; said once."""
        if known is not None and (known.outcome, known.reason) == (Outcome.SKIPPED, reason):
            return known
        record = skipped_record(url, reason)
        self._note(record)
        return record

    def _may_ask(self, known: ImageRecord) -> bool:
        if self._skips.is_pixel(known):
            return False
        return self._is_retrying or is_due(known, datetime.now(UTC))

    def _note(self, record: ImageRecord) -> None:
        self._write_down(record)
        self._on_image(record)
        if record.outcome.is_had:
            logger.info(
                "stored url=%s digest=%s size_bytes=%d",
                redact(record.url), record.digest, record.size_bytes,
            )  # fmt: skip
        elif record.outcome is Outcome.SKIPPED:
            logger.info("skipped url=%s reason=%s", redact(record.url), record.reason)
        else:
            logger.warning(
                "lost url=%s outcome=%s reason=%s",
                redact(record.url), record.outcome, record.reason,
            )  # fmt: skip

    def _write_down(self, record: ImageRecord) -> None:
        self._journal.append_image(record)
        self._catalog.add_image(record)

    async def _fetch(self, wanted: Wanted, known: ImageRecord | None) -> ImageRecord:
        trail = Trail()
        try:
            if wanted.url.startswith("file:"):
                return await self._take_local(wanted)
            if wanted.url.startswith("data:"):
                return await self._take_data(wanted)
            find = await self._find(wanted, known, trail)
            return await self._store(find, wanted, trail)
        except ImageLostError as error:
            return lost_record(wanted.url, error, known, trail)
        finally:
            trail.clear()
            for find in trail.finds:
                if find.doubt == "same-bytes":
                    self._suspect_others(wanted.url, find.download.sha256)

    async def _find(self, wanted: Wanted, known: ImageRecord | None, trail: Trail) -> Find:
        try:
            return await self._hunter.hunt(wanted, trail)
        except ImageLostError as error:
            rescued = await self._rescuer.rescue(wanted, error, known, trail)
            if rescued is None:
                raise
            return rescued

    async def _take_local(self, wanted: Wanted) -> ImageRecord:
        path = local_path(wanted.url, wanted.root)
        if path is None:
            raise PictureError(wanted.url, Outcome.SKIPPED, "outside the source's folder")
        download = copy_local(path, self._spool, self._max_bytes)
        picture = await self._keeper.examine(download)
        return await self._keeper.store(download, picture, local_record(wanted.url))

    async def _take_data(self, wanted: Wanted) -> ImageRecord:
        data = decode_data(wanted.attributes.get(DATA_ATTRIBUTE, ""))
        if data is None:
            raise PictureError(wanted.url, Outcome.NOT_IMAGE, "data-url")
        download = copy_bytes(data, wanted.url, self._spool, self._max_bytes)
        try:
            picture = await self._keeper.examine(download)
            return await self._keeper.store(download, picture, local_record(wanted.url))
        finally:
            files.remove_spool(download.path)  # nothing, where the store took it

    async def _store(self, find: Find, wanted: Wanted, trail: Trail) -> ImageRecord:
        flags = []
        if has_watermark(find.attempt.candidate.url, self._planning):
            flags.append("watermarked")
        if find.doubt or self._judge.is_suspect(wanted.url, find.download.sha256):
            flags.append("suspect")
        if find.captured is not None:
            flags.append("rescued")
        record = found_record(wanted.url, find, trail, tuple(flags))
        return await self._keeper.store(find.download, find.picture, record)

    def _suspect_others(self, url: str, sha256: str) -> None:
        """The URLs that brought the same bytes before it was known that several do."""
        for other in self._judge.others(url, sha256):
            record = self._catalog.find_image(other)
            if record is None or record.digest != f"sha256:{sha256}" or "suspect" in record.flags:
                continue
            flags = (*record.flags, "suspect")
            self._write_down(replace(record, flags=flags, when=now_text()))
