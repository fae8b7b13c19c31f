"""One image: known, or fetched once however many documents wait for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from archiver.catalog import Catalog
from archiver.journal import Journal
from archiver.model import ImageRecord, Outcome
from archiver.pipeline.drawing import Drawings, is_drawing
from archiver.pipeline.dynamic import Skips
from archiver.pipeline.keep import Keeper
from archiver.pipeline.obtaining import Obtained, Obtainer
from archiver.pipeline.recall import Recaller
from archiver.pipeline.records import now_text, skipped_record
from archiver.pipeline.schedule import is_due
from archiver.pipeline.wanted import Wanted
from archiver.redact import redact

logger = logging.getLogger(__name__)


class Images:
    """The images of a run.

    Args:
        obtainer: gets what is not known.
        recaller: tells what is known.
        is_retrying: ask again for lost images before their time has come.
        on_image: told of every image as it ends, once an image.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        journal: Journal,
        obtainer: Obtainer,
        keeper: Keeper,
        recaller: Recaller,
        drawings: Drawings,
        skips: Skips,
        is_retrying: bool = False,
        on_image: Callable[[ImageRecord], None] = lambda record: None,
    ) -> None:
        self._catalog, self._journal = catalog, journal
        self._obtainer, self._keeper, self._recaller = obtainer, keeper, recaller
        self._drawings, self._skips = drawings, skips
        self._is_retrying, self._on_image = is_retrying, on_image
        self._under_way: dict[str, asyncio.Task[ImageRecord]] = {}
        self._drawn: dict[str, asyncio.Event] = {}

    async def have(self, wanted: Wanted) -> ImageRecord:
        """The record of the image, fetched first if it is not known; for a lost one too."""
        return await asyncio.shield(self._start(wanted))

    def is_had(self, url: str) -> bool:
        """Whether a picture is had already, as far as is known without a look at the disk."""
        known = self._catalog.find_image(url)
        return known is not None and known.outcome.is_had

    def _start(self, wanted: Wanted) -> asyncio.Task[ImageRecord]:
        task = self._under_way.get(wanted.url)
        if task is None:
            self._drawn[wanted.url] = asyncio.Event()
            task = asyncio.create_task(self._obtain(wanted))
            self._under_way[wanted.url] = task
            task.add_done_callback(lambda done: self._forget(wanted.url, done))
        return task

    def _forget(self, url: str, done: asyncio.Task[ImageRecord]) -> None:
        if not done.cancelled():
            done.exception()  # who waited for it may have been cancelled, and nobody asks
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

    async def draw(self, record: ImageRecord, wanted: Wanted) -> ImageRecord:
        """*record* of a drawing, with its harmless form."""
        return await self._drawings.finish(record, wanted, self._have_inside)

    async def close(self) -> None:
        """Stop what is under way; nothing half done stays."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _obtain(self, wanted: Wanted) -> ImageRecord:
        known = await self._recaller.find(wanted.url)
        if known is not None and await self._is_kept(known):
            return await self._reuse(known, wanted)
        reason = self._skips.reason(wanted.url, wanted.attributes)
        if reason:
            return self._skip(wanted.url, reason, known)
        if known is not None and not known.outcome.is_had and not self._may_ask(known):
            return known
        obtained = await self._obtainer.obtain(wanted, known)
        if is_drawing(obtained.record):
            drawn = await self._draw(obtained.record, wanted)
            obtained = replace(obtained, record=drawn, is_noted=False)
        self._note(obtained)
        return obtained.record

    async def _is_kept(self, known: ImageRecord) -> bool:
        is_wanted = known.outcome.is_had or (is_drawing(known) and not self._is_retrying)
        return is_wanted and await self._keeper.holds(known)

    async def _reuse(self, known: ImageRecord, wanted: Wanted) -> ImageRecord:
        is_lacking = known.outcome.is_had and self._keeper.lacks_thumbnails(known)
        if is_drawing(known):
            if is_lacking or not await self._drawings.is_current(known):
                known = replace(await self._draw(known, wanted), when=now_text())
                self._note(Obtained(known))
        elif is_lacking:
            rendered = await self._obtainer.render_again(known)
            known = replace(rendered.record, outcome=Outcome.REUSED)
            self._note(rendered, known)
        return replace(known, outcome=Outcome.REUSED) if known.outcome.is_had else known

    async def _draw(self, record: ImageRecord, wanted: Wanted) -> ImageRecord:
        self._drawn[wanted.url].set()
        return await self.draw(record, wanted)

    def _skip(self, url: str, reason: str, known: ImageRecord | None) -> ImageRecord:
        """Leave the picture as it is; said once."""
        if known is not None and (known.outcome, known.reason) == (Outcome.SKIPPED, reason):
            return known
        record = skipped_record(url, reason)
        self._note(Obtained(record))
        return record

    def _may_ask(self, known: ImageRecord) -> bool:
        if self._skips.is_pixel(known):
            return False
        return self._is_retrying or is_due(known, datetime.now(UTC))

    def remember(self, record: ImageRecord) -> None:
        """Write down once more what was known before."""
        self._journal.append_image(record)
        self._catalog.add_image(record)

    def _note(self, obtained: Obtained, told: ImageRecord | None = None) -> None:
        """Write down what was obtained; listeners hear *told*, where that is another."""
        record = obtained.record
        for each in (record, *obtained.others):
            if not obtained.is_noted:
                self._journal.append_image(each)
            self._catalog.add_image(each)
        self._on_image(told or record)
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
