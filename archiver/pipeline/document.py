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
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote_from_bytes

from archiver import files
from archiver.errors import ConflictError, DocumentError
from archiver.files import Snapshot
from archiver.formats import ReadingSettings, read_document, tell_format
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
from archiver.pipeline.dates import find_date
from archiver.pipeline.finishing import Draft, Finisher
from archiver.pipeline.image import Images
from archiver.pipeline.linking import Linker
from archiver.pipeline.places import Places
from archiver.pipeline.schedule import format_time
from archiver.pipeline.smaller import Shrinker
from archiver.pipeline.wanted import Wanted
from archiver.redact import redact
from archiver.rewrite.edits import plan_edits
from archiver.rewrite.links import RewriteSettings
from archiver.rewrite.splice import plan_splices, splice


@dataclass(frozen=True, slots=True)
class DocumentSettings:
    """How documents are read and rewritten.

    Attributes:
        thumbnail: the name of the thumbnail that front matter's thumbnail fields are given; "" for
            none.
        whole_thumbnails: the names of those that show the whole picture.
        base_url: the address the documents were taken from; "": their own place.
    """

    reading: ReadingSettings = field(default_factory=ReadingSettings)
    rewrite: RewriteSettings = field(default_factory=RewriteSettings)
    thumbnail: str = ""
    whole_thumbnails: tuple[str, ...] = ()
    base_url: str = ""


class Documents:
    """Archives documents; several may be under way."""

    def __init__(
        self,
        places: Places,
        settings: DocumentSettings,
        images: Images,
        finisher: Finisher,
        disk: Executor,
    ) -> None:
        self._places, self._settings, self._images = places, settings, images
        self._finisher, self._disk = finisher, disk
        self._finishing: set[asyncio.Future[DocumentOutcome]] = set()
        self._linker = Linker(
            places,
            settings.rewrite,
            settings.thumbnail,
            settings.reading.thumbnail_fields,
            settings.base_url,
        )
        self._shrinker = Shrinker(
            self._linker, settings.rewrite, settings.thumbnail, settings.whole_thumbnails
        )

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
        await asyncio.gather(*self._finishing, return_exceptions=True)

    async def _archive(self, task: DocumentTask) -> DocumentResult:
        data, snapshot = await asyncio.get_running_loop().run_in_executor(
            self._disk, files.read_document, task.source, task.root
        )
        if task.is_scheduled and self._finisher.is_restored(task, snapshot):
            return DocumentResult(task, DocumentOutcome.UNCHANGED)
        reading = self.read(data, task)
        if reading is None or (reading.is_opted_out and not task.url):
            await self._finish(self._draft(task, data, snapshot, data, []))
            return DocumentResult(task, DocumentOutcome.SKIPPED)
        why_not = files.why_not_writable(snapshot) if task.is_in_place else ""
        if why_not and reading.references:
            return DocumentResult(task, DocumentOutcome.SKIPPED, why_not)
        new, replacements, images = await self._rewrite(data, reading, task, snapshot.mtime_ns)
        draft = self._draft(task, data, snapshot, new, replacements, images)
        return _result(task, await self._finish(draft), reading, images)

    async def convert(self, data: bytes, task: DocumentTask) -> tuple[bytes, DocumentResult]:
        """As `archive`, of bytes that are no file: what they become, and nothing is written but
        pictures."""
        reading = self.read(data, task)
        if reading is None or reading.is_opted_out:
            return data, DocumentResult(task, DocumentOutcome.SKIPPED)
        try:
            new, _, images = await self._rewrite(data, reading, task, time.time_ns())
        except DocumentError as error:
            return data, DocumentResult(task, DocumentOutcome.UNREADABLE, error.reason)
        outcome = DocumentOutcome.UNCHANGED if new == data else DocumentOutcome.REWRITTEN
        return new, _result(task, outcome, reading, images)

    async def _rewrite(
        self, data: bytes, reading: Reading, task: DocumentTask, mtime_ns: int
    ) -> tuple[bytes, Sequence[Replacement], tuple[ImageRecord, ...]]:
        """The new bytes, the replacements that make them, and what became of the images."""
        records = await self._have_images(reading, task, find_date(data, mtime_ns))
        had = [records.get(reference.url) for reference in reading.references]
        links = [
            self._linker.link(reference, record, task, reading)
            for reference, record in zip(reading.references, had, strict=True)
        ]
        replacements = self._plan(reading, links, had, task)
        new = splice(data, replacements)
        self._check(task, reading, links, new)
        return new, replacements, tuple(records.values())

    def _plan(
        self,
        reading: Reading,
        links: Sequence[bytes | None],
        had: Sequence[ImageRecord | None],
        task: DocumentTask,
    ) -> Sequence[Replacement]:
        """The edits of the images, and of the style sheets behind them."""
        smaller = self._shrinker.plan(reading, had, links, task)
        widths = [record.width_px if record else 0 for record in had]
        sheets = [self._linker.link_sheet(sheet, task, reading) for sheet in reading.sheets]
        everything = replace(reading, references=reading.references + reading.sheets)
        return plan_edits(
            everything,
            [*smaller.links, *sheets],
            self._settings.rewrite,
            [*widths, *(0 for _ in sheets)],
            smaller.added,
        )

    async def _finish(self, draft: Draft) -> DocumentOutcome:
        """Once begun it is not torn apart by a cancelled run."""
        task = asyncio.ensure_future(self._finisher.finish(draft))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        return await asyncio.shield(task)

    def read(self, data: bytes, task: DocumentTask) -> Reading | None:
        """What is found in the bytes of a document; None: they are of no format."""
        format = task.format or tell_format(data, Path(os.fsdecode(task.source)).suffix)
        if format is None:
            return None
        base_url = task.url or self._settings.base_url or document_url(task.source)
        settings = self._settings.reading
        if task.url:
            settings = replace(settings, is_moved=True, charset=task.charset)
        return read_document(data, format=format, base_url=base_url, settings=settings)

    def _draft(
        self,
        task: DocumentTask,
        data: bytes,
        snapshot: Snapshot,
        new: bytes,
        replacements: Sequence[Replacement],
        images: tuple[ImageRecord, ...] = (),
    ) -> Draft:
        record = DocumentRecord(
            self._places.relative(task.target),
            snapshot.sha256,
            hashlib.sha256(new).hexdigest(),
            plan_splices(data, replacements),
            format_time(datetime.now(UTC)),
            is_copy=not task.is_in_place,
        )
        return Draft(task, data, snapshot, new, record, images)

    async def _have_images(
        self, reading: Reading, task: DocumentTask, date: datetime
    ) -> dict[str, ImageRecord]:
        """URL → record, for each image of the document that is ours to take."""
        base_url = task.url or self._settings.base_url or None
        wanted = {
            r.url: Wanted(r.url, r.attributes, base_url, task.root, date)
            for r in reversed(reading.references)
            if not ((task.is_in_place and r.url.startswith("file:")) or self._linker.is_ours(r.url))
        }
        ordered = [
            wanted[url] for url in dict.fromkeys(r.url for r in reading.references) if url in wanted
        ]
        records = await asyncio.gather(*map(self._images.have, ordered))
        return {w.url: record for w, record in zip(ordered, records, strict=True)}

    def _check(
        self, task: DocumentTask, reading: Reading, links: Sequence[bytes | None], new: bytes
    ) -> None:
        """Refuse a rewrite after which the document would name a remote image it did not before.

        A post-condition, not an assertion: a document that no parser reads the same way twice is
        left alone.
        """
        if not any(links):
            return
        again = read_document(
            new,
            format=reading.format,
            base_url=document_url(task.target),
            settings=self._settings.reading,
        )
        kept = {r.url for r, link in zip(reading.references, links, strict=True) if link is None}
        kept |= {safe_in_css(url) for url in kept}
        for reference in again.references:
            if not (reference.url in kept or self._linker.is_local(reference.url)):
                raise DocumentError(task.name, f"the new text would name {redact(reference.url)}")


def _result(
    task: DocumentTask, outcome: DocumentOutcome, reading: Reading, images: tuple[ImageRecord, ...]
) -> DocumentResult:
    return DocumentResult(task, outcome, "; ".join(reading.notes), images, len(reading.references))


def document_url(path: bytes) -> str:
    """The ``file:`` URL of a document, against which its relative links are local images."""
    return "file://" + quote_from_bytes(path, "/")
