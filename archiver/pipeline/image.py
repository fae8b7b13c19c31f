"""One image: known, or fetched once however many documents wait for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archiver.catalog import Catalog
from archiver.errors import FetchError, ImageLostError, PictureError
from archiver.fetch.client import Client
from archiver.journal import Journal
from archiver.model import Candidate, Download, ImageRecord, Kind, Outcome
from archiver.pipeline.attempts import Attempt, list_referers, origin_of, plan_attempts
from archiver.pipeline.keep import Keeper
from archiver.pipeline.local import copy_local, local_path
from archiver.pipeline.schedule import format_time, is_due, next_time
from archiver.planning import PlanningSettings, has_watermark, plan_candidates
from archiver.redact import redact

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image that a document shows.

    Attributes:
        url: of the reference; http, https or file.
        attributes: of the reference's element.
        document_url: of the document, where it has one.
        root: the folder below which local images are taken.
    """

    url: str
    attributes: Mapping[str, str]
    document_url: str | None
    root: bytes


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
        client: Client,
        keeper: Keeper,
        planning: PlanningSettings,
        spool: str,
        max_bytes: int,
        is_retrying: bool = False,
        on_image: Callable[[ImageRecord], None] = lambda record: None,
    ) -> None:
        self._catalog, self._journal, self._client = catalog, journal, client
        self._keeper, self._planning, self._spool = keeper, planning, spool
        self._max_bytes, self._is_retrying, self._on_image = max_bytes, is_retrying, on_image
        self._under_way: dict[str, asyncio.Task[ImageRecord]] = {}
        self._habits: dict[str, str | None] = {}  # origin → the Referer that worked there

    async def have(self, wanted: Wanted) -> ImageRecord:
        """The record of the image, fetched first if it is not known; for a lost one too."""
        task = self._under_way.get(wanted.url)
        if task is None:
            task = asyncio.create_task(self._obtain(wanted))
            self._under_way[wanted.url] = task
            task.add_done_callback(lambda _: self._under_way.pop(wanted.url, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop what is under way; nothing half done stays."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _obtain(self, wanted: Wanted) -> ImageRecord:
        known = self._catalog.find_image(wanted.url)
        if known is not None and known.outcome.is_had and self._keeper.holds(known):
            return await self._reuse(known)
        if known is not None and not known.outcome.is_had and not self._may_ask(known):
            return known
        record = await self._fetch(wanted, known)
        self._note(record)
        return record

    async def _reuse(self, known: ImageRecord) -> ImageRecord:
        if self._keeper.lacks_thumbnails(known):
            known = replace(await self._keeper.render_again(known), when=_now_text())
            self._note(known)
        return replace(known, outcome=Outcome.REUSED)

    def _may_ask(self, known: ImageRecord) -> bool:
        return self._is_retrying or is_due(known, datetime.now(UTC))

    def _note(self, record: ImageRecord) -> None:
        self._journal.append_image(record)
        self._catalog.add_image(record)
        self._on_image(record)
        if record.outcome.is_had:
            logger.info(
                "stored url=%s digest=%s size_bytes=%d",
                redact(record.url), record.digest, record.size_bytes,
            )  # fmt: skip
        else:
            logger.warning(
                "lost url=%s outcome=%s reason=%s",
                redact(record.url), record.outcome, record.reason,
            )  # fmt: skip

    async def _fetch(self, wanted: Wanted, known: ImageRecord | None) -> ImageRecord:
        try:
            if wanted.url.startswith("file:"):
                return await self._take_local(wanted)
            return await self._try_all(wanted)
        except ImageLostError as error:
            return _lost(wanted.url, error, known)

    async def _take_local(self, wanted: Wanted) -> ImageRecord:
        path = local_path(wanted.url, wanted.root)
        if path is None:
            raise PictureError(wanted.url, Outcome.SKIPPED, "outside the source's folder")
        download = copy_local(path, self._spool, self._max_bytes)
        record = ImageRecord(wanted.url, Outcome.STORED, kind=Kind.LOCAL, when=_now_text())
        return await self._keeper.keep(download, record)

    async def _try_all(self, wanted: Wanted) -> ImageRecord:
        candidates = plan_candidates(wanted.url, wanted.attributes, self._planning)
        plan = plan_attempts(candidates, self._referers(wanted))
        failures: list[tuple[Candidate, ImageLostError]] = []
        attempt = next(plan)
        while True:
            try:
                record = await self._try(attempt, wanted, len(failures))
            except ImageLostError as error:
                failures.append((attempt.candidate, error))
                try:
                    attempt = plan.send(error)
                except StopIteration:
                    raise _most_telling(failures) from error
            else:
                self._habits[origin_of(attempt.candidate.url)] = attempt.referer
                return record

    def _referers(self, wanted: Wanted) -> tuple[str | None, ...]:
        found = list_referers(wanted.url, wanted.document_url)
        origin = origin_of(wanted.url)
        if origin not in self._habits:
            return found
        return tuple(dict.fromkeys((self._habits[origin], *found)))

    async def _try(self, attempt: Attempt, wanted: Wanted, failures: int) -> ImageRecord:
        candidate = attempt.candidate

        async def keep(download: Download) -> ImageRecord:
            record = ImageRecord(
                wanted.url,
                Outcome.STORED,
                requested_url=candidate.url,
                kind=candidate.kind,
                rule=candidate.rule,
                flags=("watermarked",) if has_watermark(candidate.url, self._planning) else (),
                etag=download.etag,
                final_url=redact(download.final_url),
                attempts=failures + download.attempts,
                when=_now_text(),
            )
            return await self._keeper.keep(download, record, _stated_width(wanted.attributes))

        tries = 1 if candidate.kind is Kind.HTTPS else None  # a guess, worth one request
        return await self._client.fetch(
            candidate.url, referer=attempt.referer, check=keep, tries=tries
        )


def _stated_width(attributes: Mapping[str, str]) -> int:
    """The largest width in pixels that the element states, 0 where it states none."""
    texts = (attributes.get(name, "") for name in ("width", "w", "data-rawwidth"))
    return max((int(t) for t in texts if t.isascii() and t.isdigit() and len(t) < 6), default=0)


def _most_telling(failures: Sequence[tuple[Candidate, ImageLostError]]) -> ImageLostError:
    """What became of the URL as given says most; else the last failure."""
    for candidate, error in reversed(failures):
        if candidate.kind is Kind.AS_GIVEN:
            return error
    return failures[-1][1]


def _lost(url: str, error: ImageLostError, known: ImageRecord | None) -> ImageRecord:
    now = datetime.now(UTC)
    attempts = error.attempts if isinstance(error, FetchError) else 1
    return ImageRecord(
        url,
        Outcome(error.outcome),
        reason=error.reason,
        not_before="" if url.startswith("file:") else next_time(error, known, now),
        attempts=attempts,
        when=format_time(now),
    )


def _now_text() -> str:
    return format_time(datetime.now(UTC))
