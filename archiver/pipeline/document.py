"""One document, from its bytes to its rewritten bytes.

The order of writes is what keeps every promise: blobs, then the journal's image lines and the
document's intent, then the document, then the journal's `done`.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote_from_bytes

from archiver.errors import ConflictError, DocumentError
from archiver.files import Snapshot
from archiver.formats import tell_format
from archiver.model import (
    DocumentOutcome,
    DocumentRecord,
    DocumentResult,
    DocumentTask,
    Reading,
)
from archiver.pipeline import remote
from archiver.pipeline.dates import find_date
from archiver.pipeline.document_plan import DocumentPlan
from archiver.pipeline.finishing import Draft, Finisher
from archiver.pipeline.image import Images
from archiver.pipeline.places import Places
from archiver.pipeline.postcondition import check_names
from archiver.pipeline.profile import DocumentSettings, Profile
from archiver.pipeline.reading import Reader, Unread
from archiver.pipeline.rewritten import Planned, Rewritten, with_way_back
from archiver.pipeline.schedule import format_time
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
        why_not = remote.why_not_writable(snapshot) if task.is_in_place else ""
        if why_not and any(reading.references for reading in await self.read(data, task)):
            return DocumentResult(task, DocumentOutcome.SKIPPED, why_not)
        planned = await self._plan(data, task, snapshot.mtime_ns)
        if planned is None:
            await self._finisher.finish(self._draft(task, data, snapshot, Rewritten(data)))
            return DocumentResult(task, DocumentOutcome.SKIPPED)
        done = await self._write(data, planned, task)
        draft = self._draft(task, data, snapshot, done)
        return done.told.result(task, await self._finisher.finish(draft))

    async def convert(self, data: bytes, task: DocumentTask) -> tuple[bytes, DocumentResult]:
        """As `archive`, of bytes that are no file: what they become, and nothing is written but
        pictures."""
        try:
            planned = await self._plan(data, task, time.time_ns())
            if planned is None:
                return data, DocumentResult(task, DocumentOutcome.SKIPPED)
            done = await self._write(data, planned, task)
        except DocumentError as error:
            return data, DocumentResult(task, DocumentOutcome.UNREADABLE, error.reason)
        outcome = DocumentOutcome.UNCHANGED if done.new == data else DocumentOutcome.REWRITTEN
        return done.new, done.told.result(task, outcome)

    async def _plan(self, data: bytes, task: DocumentTask, mtime_ns: int) -> Planned | None:
        """What is to be written, its pictures had; None: the document is of no format, or asks to
        be left alone."""
        plan: DocumentPlan | None = None
        for reading in await self.read(data, task):
            if reading.is_opted_out and not task.url:
                return None
            if plan is None:
                date = find_date(data, mtime_ns)
                plan = DocumentPlan(task, self._of(task), self._images, date)
            await plan.add(reading)
        return plan.planned() if plan else None

    async def _write(self, data: bytes, planned: Planned, task: DocumentTask) -> Rewritten:
        new = splice(data, planned.replacements)
        if planned.kept is not None:
            await self._check(task, planned.format, planned.kept, new)
        return with_way_back(data, planned, new)

    async def read(self, data: bytes, task: DocumentTask) -> Iterable[Reading]:
        """What is found in the bytes of a document; nothing where they are of no format.

        Raises:
            DocumentError: they cannot be read.
        """
        unread = self._unread(data, task)
        return () if unread is None else await self._reader.read(unread)

    def _unread(self, data: bytes, task: DocumentTask) -> Unread | None:
        format = task.format or tell_format(data, Path(os.fsdecode(task.source)).suffix)
        if format is None:
            return None
        place = task.place or task.source
        base_url = task.url or self._of(task).settings.base_url or document_url(place) or None
        settings = self._of(task).settings.reading
        if task.url:
            settings = replace(settings, is_moved=True, charset=task.charset)
        return Unread(task.name, data, format, base_url, settings)

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

    async def _check(
        self, task: DocumentTask, format: str, kept: frozenset[str], new: bytes
    ) -> None:
        """See to it that the document names no remote image that it did not name before."""
        place, settings = document_url(task.target) or None, self._of(task).settings.reading
        is_local = self._of(task).linker.is_local
        unread = Unread(task.name, new, format, place, settings)
        await check_names(unread, self._reader, lambda url: url in kept or is_local(url))


def document_url(path: bytes) -> str:
    """The ``file:`` URL of a document, against which its relative links are local images; "" for
    an object, beside which we look for none."""
    if is_object_path(path):
        return ""
    return "file://" + quote_from_bytes(path, "/")
