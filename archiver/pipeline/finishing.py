"""The last steps of a document: intent, new bytes, done.

Blobs and the intent are durable before the document changes; a run that finds an intent without
its `done` looks at the file and finishes the story.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

from archiver import files
from archiver.catalog import Catalog, DocumentState
from archiver.errors import ConflictError, DocumentError
from archiver.files import LateWrites, Snapshot
from archiver.journal import Journal
from archiver.model import DocumentOutcome, DocumentRecord, DocumentTask, ImageRecord
from archiver.pipeline import remote
from archiver.pipeline.barrier import Barrier
from archiver.pipeline.moved import adopt_story
from archiver.pipeline.once import take_error
from archiver.pipeline.originals import Originals
from archiver.pipeline.places import Places
from archiver.storage.layout import find_paths

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that was read, and what it is to become.

    Attributes:
        record: the intent; its splices are empty where nothing in the document changes.
        images: what it shows; those that were lost say when it is due again.
    """

    task: DocumentTask
    data: bytes
    snapshot: Snapshot
    new: bytes
    record: DocumentRecord
    images: tuple[ImageRecord, ...] = ()


class Finisher:
    """Brings drafts to the disk."""

    def __init__(
        self,
        places: Places,
        journal: Journal,
        catalog: Catalog,
        barrier: Barrier,
        late: LateWrites,
        originals: Originals,
        disk: Executor,
    ) -> None:
        self._places, self._journal, self._catalog = places, journal, catalog
        self._barrier, self._late, self._disk = barrier, late, disk
        self._originals = originals
        self._conflicts = os.path.join(places.state, "conflicts")
        self._under_way: set[asyncio.Task[DocumentOutcome]] = set()

    async def finish(self, draft: Draft) -> DocumentOutcome:
        """Write what *draft* holds; the outcome. A cancelled run does not tear it apart.

        Raises:
            ConflictError: a person changed the file meanwhile; nothing of that is lost.
            DocumentError: it cannot be written; nothing changed.
            RunError: the disk is full or fails.
        """
        task = asyncio.create_task(self._finish(draft))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        task.add_done_callback(take_error)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for the documents that a cancelled run left under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _finish(self, draft: Draft) -> DocumentOutcome:
        if draft.task.is_in_place:
            return await self._rewrite(draft)
        if draft.task.replaces is not None:
            return await self._make(draft, draft.task.replaces)
        return await self._copy(draft)

    def is_restored(self, task: DocumentTask, snapshot: Snapshot) -> bool:
        """Whether a person had the document restored to these bytes."""
        path = self._places.relative(task.target)
        return self._catalog.is_restored(path, snapshot.sha256)

    async def _rewrite(self, draft: Draft) -> DocumentOutcome:
        if not draft.record.splices:
            self._remember(draft, draft.snapshot)
            return DocumentOutcome.UNCHANGED
        self._adopt(draft)
        snapshot = await self._with_intent(
            draft,
            lambda: remote.rewrite_document(
                draft.task.name,
                draft.snapshot,
                draft.new,
                self._places,
                self._journal.run_id,
                self._late,
            ),
        )
        return self._done(draft, snapshot)

    def _adopt(self, draft: Draft) -> None:
        """What stands in a document that was moved here is undone here, too."""
        if next(find_paths(draft.data.replace(b"\0", b"")), None) is not None:
            target, sha256 = draft.task.target, draft.snapshot.sha256
            adopt_story(target, draft.data, sha256, self._places, self._catalog, self._journal)

    async def _copy(self, draft: Draft) -> DocumentOutcome:
        target = draft.task.target
        found = await self._on_disk(lambda: _sha256_of(target))
        if found == draft.record.sha256_after:
            self._remember(draft, draft.snapshot)
            return DocumentOutcome.UNCHANGED
        known = self._catalog.find_document_record(draft.record.path)
        is_ours = found is not None and self._is_ours(draft, found, known)

        def write() -> Snapshot:
            return files.write_new(target, draft.new, replace=is_ours)

        if draft.record.splices or known is not None:  # whose links must not be undone in it
            await self._with_intent(draft, write)
            return self._done(draft, draft.snapshot)
        await self._on_disk(write)
        self._remember(draft, draft.snapshot)
        return DocumentOutcome.UNCHANGED

    async def _make(self, draft: Draft, replaces: str) -> DocumentOutcome:
        """Write a post, or another version of it; what a person wrote there stays."""
        snapshot = await self._with_intent(draft, lambda: self._write_post(draft, replaces))
        return self._done(draft, snapshot)

    def _write_post(self, draft: Draft, replaces: str) -> Snapshot:
        target = draft.task.target
        if not replaces:
            return files.write_new(target, draft.new)
        snapshot = files.read_document(target, root=b"/")[1]
        if snapshot.sha256 != replaces:
            raise ConflictError(draft.task.name, "changed during the run")
        return files.rewrite_document(
            draft.task.name,
            snapshot,
            draft.new,
            run_id=self._journal.run_id,
            conflicts=self._conflicts,
            late=self._late,
        )

    def _is_ours(self, draft: Draft, found: str, known: DocumentRecord | None) -> bool:
        """Whether what stands at the target came from us: an earlier copy, not a person's edit."""
        if found == draft.snapshot.sha256 or self._originals.holds(found):
            return True
        if known is not None and found in (known.sha256_before, known.sha256_after):
            return True
        state = self._catalog.document_state(draft.record.path)  # a copy without links of ours
        return state is not None and found == state.sha256

    async def _with_intent(self, draft: Draft, write: Callable[[], Snapshot]) -> Snapshot:
        """Write once the intent is durable; a write that cannot be made ends the intent."""
        self._journal.append_document(draft.record)
        await self._barrier.pass_through()
        try:
            return await self._on_disk(write)
        except DocumentError as error:
            path, sha256_after = draft.record.path, draft.record.sha256_after
            self._journal.append_conflict(path, sha256_after, error.reason)
            raise

    def _done(self, draft: Draft, snapshot: Snapshot) -> DocumentOutcome:
        self._journal.append_done(draft.record.path, draft.record.sha256_after)
        self._catalog.add_document(draft.record)
        self._remember(draft, snapshot)
        return DocumentOutcome.REWRITTEN

    def _remember(self, draft: Draft, snapshot: Snapshot) -> None:
        is_post = draft.task.replaces is not None
        if (draft.task.url or draft.task.place) and not is_post:
            return  # it is asked for anew, whatever it was
        waiting = [i.not_before for i in draft.images if not i.outcome.is_had and i.not_before]
        self._catalog.set_document_state(
            draft.record.path,
            DocumentState(
                snapshot.size_bytes,
                snapshot.mtime_ns,
                snapshot.inode,
                snapshot.sha256,
                min(waiting, default=""),
            ),
        )

    async def _on_disk(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, function)


def _sha256_of(path: bytes) -> str | None:
    """Of the file at *path*; None: there is none; "": it cannot be read, so it is not ours."""
    if not os.path.lexists(path):
        return None
    try:
        return files.hash_document(path)
    except DocumentError:
        return ""
