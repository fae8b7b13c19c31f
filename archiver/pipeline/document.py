"""One document, from its bytes to its rewritten bytes.

The order of writes is what keeps every promise: blobs, then the journal's image lines and the
document's intent, then the document, then the journal's `done`.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote_from_bytes

from archiver.errors import ConflictError, DocumentError
from archiver.files import Snapshot
from archiver.formats import tell_format
from archiver.formats.stylesheet import safe_in_css
from archiver.model import (
    DocumentOutcome,
    DocumentRecord,
    DocumentResult,
    DocumentTask,
    ImageRecord,
    Reading,
    Replacement,
)
from archiver.pipeline import remote
from archiver.pipeline.dates import find_date
from archiver.pipeline.finishing import Draft, Finisher
from archiver.pipeline.image import Images
from archiver.pipeline.places import Places
from archiver.pipeline.postcondition import check_names
from archiver.pipeline.profile import DocumentSettings, Profile
from archiver.pipeline.reading import Reader, Unread
from archiver.pipeline.rewritten import Planned, Rewritten, Told, with_way_back
from archiver.pipeline.schedule import format_time
from archiver.pipeline.wanted import Wanted
from archiver.pipeline.within import have_within
from archiver.rewrite.edits import plan_edits
from archiver.rewrite.splice import splice
from archiver.storage.addresses import is_object_path


class Documents:
    """Archives documents; several may be under way."""

    def __init__(
        self,
        places: Places,
        settings: Sequence[DocumentSettings],
        reader: Reader,
        images: Images,
        finisher: Finisher,
        disk: Executor,
    ) -> None:
        self._places, self._images, self._reader = places, images, reader
        self._profiles = [Profile(places, each) for each in settings]
        self._finisher, self._disk = finisher, disk

    def _of(self, task: DocumentTask) -> Profile:
        return self._profiles[task.profile]

    async def archive(self, task: DocumentTask) -> DocumentResult:
        """Archive the images of a document and point it at them."""
        try:
            return await self._archive(task)
        except ConflictError as error:
            return DocumentResult(task, DocumentOutcome.CONFLICT, error.reason)
        except DocumentError as error:
            return DocumentResult(task, DocumentOutcome.UNREADABLE, error.reason)

    async def close(self) -> None:
        """Wait for the documents whose last steps a cancelled run left under way."""
        await self._finisher.close()

    async def _archive(self, task: DocumentTask) -> DocumentResult:
        root = None if task.place else task.root
        data, snapshot = await asyncio.get_running_loop().run_in_executor(
            self._disk, remote.read_document, task.source, root, self._places
        )
        if task.is_scheduled and self._finisher.is_restored(task, snapshot):
            return DocumentResult(task, DocumentOutcome.UNCHANGED)
        reading = await self.read(data, task)
        if reading is None or (reading.is_opted_out and not task.url):
            await self._finisher.finish(self._draft(task, data, snapshot, Rewritten(data)))
            return DocumentResult(task, DocumentOutcome.SKIPPED)
        why_not = remote.why_not_writable(snapshot) if task.is_in_place else ""
        if why_not and reading.references:
            return DocumentResult(task, DocumentOutcome.SKIPPED, why_not)
        planned = await self._plan(data, reading, task, snapshot.mtime_ns)
        del reading  # of a long document it is larger than that
        done = await self._write(data, planned, task)
        del planned
        draft = self._draft(task, data, snapshot, done)
        return done.told.result(task, await self._finisher.finish(draft))

    async def convert(self, data: bytes, task: DocumentTask) -> tuple[bytes, DocumentResult]:
        """As `archive`, of bytes that are no file: what they become, and nothing is written but
        pictures."""
        try:
            reading = await self.read(data, task)
            if reading is None or reading.is_opted_out:
                return data, DocumentResult(task, DocumentOutcome.SKIPPED)
            planned = await self._plan(data, reading, task, time.time_ns())
            done = await self._write(data, planned, task)
        except DocumentError as error:
            return data, DocumentResult(task, DocumentOutcome.UNREADABLE, error.reason)
        outcome = DocumentOutcome.UNCHANGED if done.new == data else DocumentOutcome.REWRITTEN
        return done.new, done.told.result(task, outcome)

    async def _plan(
        self, data: bytes, reading: Reading, task: DocumentTask, mtime_ns: int
    ) -> Planned:
        records, note = await self._have_images(reading, task, find_date(data, mtime_ns))
        had = [records.get(reference.url) for reference in reading.references]
        links = [
            self._of(task).linker.link(reference, record, task, reading)
            for reference, record in zip(reading.references, had, strict=True)
        ]
        reason = "; ".join(filter(None, (*reading.notes, note)))
        return Planned(
            reading.format,
            self._plan_edits(reading, links, had, task),
            _find_kept(reading, links),
            Told(tuple(records.values()), reason, len(reading.references)),
        )

    async def _write(self, data: bytes, planned: Planned, task: DocumentTask) -> Rewritten:
        new = splice(data, planned.replacements)
        if planned.kept is not None:
            await self._check(task, planned.format, planned.kept, new)
        return with_way_back(data, planned, new)

    def _plan_edits(
        self,
        reading: Reading,
        links: Sequence[bytes | None],
        had: Sequence[ImageRecord | None],
        task: DocumentTask,
    ) -> tuple[Replacement, ...]:
        """The edits of the images, and of the style sheets behind them."""
        smaller = self._of(task).shrinker.plan(reading, had, links, task)
        widths = [record.width_px if record else 0 for record in had]
        sheets = [
            self._of(task).linker.link_sheet(sheet, task, reading) for sheet in reading.sheets
        ]
        everything = replace(reading, references=reading.references + reading.sheets)
        return plan_edits(
            everything,
            [*smaller.links, *sheets],
            self._of(task).settings.rewrite,
            [*widths, *(0 for _ in sheets)],
            smaller.added,
        )

    async def read(self, data: bytes, task: DocumentTask) -> Reading | None:
        """What is found in the bytes of a document; None: they are of no format.

        Raises:
            DocumentError: they cannot be read.
        """
        format = task.format or tell_format(data, Path(os.fsdecode(task.source)).suffix)
        if format is None:
            return None
        place = task.place or task.source
        base_url = task.url or self._of(task).settings.base_url or document_url(place) or None
        settings = self._of(task).settings.reading
        if task.url:
            settings = replace(settings, is_moved=True, charset=task.charset)
        return await self._reader.read(Unread(task.name, data, format, base_url, settings))

    def _draft(
        self,
        task: DocumentTask,
        data: bytes,
        snapshot: Snapshot,
        done: Rewritten,
    ) -> Draft:
        record = DocumentRecord(
            self._places.relative(task.target),
            snapshot.sha256,
            hashlib.sha256(done.new).hexdigest(),
            done.splices,
            format_time(datetime.now(UTC)),
            is_copy=not task.is_in_place,
        )
        return Draft(task, data, snapshot, done.new, record, done.told.images)

    async def _have_images(
        self, reading: Reading, task: DocumentTask, date: datetime
    ) -> tuple[dict[str, ImageRecord], str]:
        """URL → record, for each image of the document that is ours to take; and what to say of
        those above its limits."""
        profile = self._of(task)
        base_url = task.url or profile.settings.base_url or None
        stays_local = task.is_in_place or task.replaces is not None
        wanted = {
            r.url: Wanted(r.url, r.attributes, base_url, task.root, date, profile.settings.quality)
            for r in reversed(reading.references)
            if not ((stays_local and r.url.startswith("file:")) or profile.linker.is_ours(r.url))
        }
        ordered = [
            wanted[url] for url in dict.fromkeys(r.url for r in reading.references) if url in wanted
        ]
        limits = profile.settings.limits
        return await have_within(limits, ordered, self._images.have, self._images.is_had)

    async def _check(
        self, task: DocumentTask, format: str, kept: frozenset[str], new: bytes
    ) -> None:
        """See to it that the document names no remote image that it did not name before."""
        place, settings = document_url(task.target) or None, self._of(task).settings.reading
        is_local = self._of(task).linker.is_local
        unread = Unread(task.name, new, format, place, settings)
        await check_names(unread, self._reader, lambda url: url in kept or is_local(url))


def _find_kept(reading: Reading, links: Sequence[bytes | None]) -> frozenset[str] | None:
    """The URLs that stay, in every spelling; None where no link is written at all."""
    if not any(links):
        return None
    kept = {r.url for r, link in zip(reading.references, links, strict=True) if link is None}
    return frozenset(kept | {safe_in_css(url) for url in kept})


def document_url(path: bytes) -> str:
    """The ``file:`` URL of a document, against which its relative links are local images; "" for
    an object, beside which we look for none."""
    if is_object_path(path):
        return ""
    return "file://" + quote_from_bytes(path, "/")
