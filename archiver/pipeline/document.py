"""One document, from its bytes to its rewritten bytes.

The order of writes is what keeps every promise: blobs, then the journal's image lines and the
document's intent, then the document, then the journal's `done`.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote_from_bytes

from archiver import files
from archiver.errors import ConflictError, DocumentError
from archiver.files import Snapshot
from archiver.formats import ReadingSettings, read_document, tell_format
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
from archiver.pipeline.wanted import Wanted
from archiver.rewrite.edits import plan_edits
from archiver.rewrite.links import RewriteSettings
from archiver.rewrite.splice import plan_splices, splice


@dataclass(frozen=True, slots=True)
class DocumentSettings:
    """How documents are read and rewritten.

    Attributes:
        thumbnail: the name of the thumbnail that front matter's thumbnail fields are given; "" for
            none.
        base_url: the address the documents were taken from; "": their own place.
    """

    reading: ReadingSettings = field(default_factory=ReadingSettings)
    rewrite: RewriteSettings = field(default_factory=RewriteSettings)
    thumbnail: str = ""
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
        self._linker = Linker(
            places,
            settings.rewrite,
            settings.thumbnail,
            settings.reading.thumbnail_fields,
            settings.base_url,
        )

    async def archive(self, task: DocumentTask) -> DocumentResult:
        """Archive the images of a document and point it at them."""
        try:
            return await self._archive(task)
        except ConflictError as error:
            return DocumentResult(task, DocumentOutcome.CONFLICT, error.reason)
        except DocumentError as error:
            return DocumentResult(task, DocumentOutcome.UNREADABLE, error.reason)

    async def _archive(self, task: DocumentTask) -> DocumentResult:
        data, snapshot = await asyncio.get_running_loop().run_in_executor(
            self._disk, files.read_document, task.source, task.root
        )
        if task.is_scheduled and self._finisher.is_restored(task, snapshot):
            return DocumentResult(task, DocumentOutcome.UNCHANGED)
        reading = self._read(data, task)
        if reading is None or reading.is_opted_out:
            await self._finish(self._draft(task, data, snapshot, data, []))
            return DocumentResult(task, DocumentOutcome.SKIPPED)
        why_not = files.why_not_writable(snapshot) if task.is_in_place else ""
        if why_not and reading.references:
            return DocumentResult(task, DocumentOutcome.SKIPPED, why_not)
        date = find_date(data, snapshot.mtime_ns)
        records = await self._have_images(reading, task, date)
        links = [
            self._linker.link(reference, records.get(reference.url), task, reading)
            for reference in reading.references
        ]
        had = (records.get(reference.url) for reference in reading.references)
        widths = [record.width_px if record else 0 for record in had]
        replacements = plan_edits(reading, links, self._settings.rewrite, widths)
        new = splice(data, replacements)
        self._check(task, reading, links, new)
        draft = self._draft(task, data, snapshot, new, replacements, tuple(records.values()))
        outcome = await self._finish(draft)
        return DocumentResult(
            task, outcome, "; ".join(reading.notes), draft.images, len(reading.references)
        )

    async def _finish(self, draft: Draft) -> DocumentOutcome:
        """Once begun it is not torn apart by a cancelled run."""
        return await asyncio.shield(asyncio.ensure_future(self._finisher.finish(draft)))

    def _read(self, data: bytes, task: DocumentTask) -> Reading | None:
        format = tell_format(data, Path(os.fsdecode(task.source)).suffix)
        if format is None:
            return None
        base_url = self._settings.base_url or document_url(task.source)
        return read_document(
            data, format=format, base_url=base_url, settings=self._settings.reading
        )

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
        )
        return Draft(task, data, snapshot, new, record, images)

    async def _have_images(
        self, reading: Reading, task: DocumentTask, date: datetime
    ) -> dict[str, ImageRecord]:
        """URL → record, for each image of the document that is ours to take."""
        base_url = self._settings.base_url or None
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
        for reference in again.references:
            if not (reference.url in kept or self._linker.is_local(reference.url)):
                raise DocumentError(task.name, f"the new text would name {reference.url}")


def document_url(path: bytes) -> str:
    """The ``file:`` URL of a document, against which its relative links are local images."""
    return "file://" + quote_from_bytes(path, "/")
