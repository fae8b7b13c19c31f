"""Edits of documents by maintenance: recorded like a rewrite, in batches.

The intents of a batch are durable before its first document changes, so that a killed command is
finished by the next one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from archiver import files
from archiver.catalog import Catalog, DocumentState
from archiver.errors import ConflictError, DocumentError
from archiver.files import Snapshot
from archiver.journal import Journal
from archiver.model import DocumentRecord
from archiver.pipeline.places import Places

_BATCH = 64  # documents whose intents share a wait for the disk; their bytes are held in memory


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of a document.

    Attributes:
        path: relative to the base folder.
        outcome: what the edit is called where it was made, else ``unchanged``, ``conflict`` or
            ``unreadable``.
        links: how many were changed.
    """

    path: bytes
    outcome: str
    reason: str = ""
    links: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be written.

    Attributes:
        moved_from: whose story ends with a restore.
    """

    record: DocumentRecord
    snapshot: Snapshot
    new: bytes
    outcome: str
    reason: str = ""
    links: int = 0
    moved_from: bytes = b""


def edit_documents(
    paths: Iterable[bytes],
    plan: Callable[[bytes], Edit | Edited],
    places: Places,
    catalog: Catalog,
    journal: Journal,
) -> Iterator[Edited]:
    """Edit the documents at *paths* as *plan* says; each is reported as it ends."""
    rest = iter(paths)
    while batch := list(islice(rest, _BATCH)):
        steps = [_plan(path, plan, places) for path in batch]
        for step in steps:
            if isinstance(step, Edit):
                journal.append_document(step.record)
        journal.sync()
        for step in steps:
            yield _carry_out(step, places, catalog, journal) if isinstance(step, Edit) else step


def _plan(path: bytes, plan: Callable[[bytes], Edit | Edited], places: Places) -> Edit | Edited:
    try:
        step = plan(path)
        if isinstance(step, Edit) and (reason := files.why_not_writable(step.snapshot)):
            raise DocumentError(files.shown(path), reason)
        return step
    except DocumentError as error:
        return Edited(places.relative(path), "unreadable", error.reason)


def _carry_out(edit: Edit, places: Places, catalog: Catalog, journal: Journal) -> Edited:
    path, sha256_after = edit.record.path, edit.record.sha256_after
    try:
        snapshot = files.rewrite_document(
            files.shown(path),
            edit.snapshot,
            edit.new,
            run_id=journal.run_id,
            conflicts=os.path.join(places.state, "conflicts"),
        )
    except DocumentError as error:
        journal.append_conflict(path, sha256_after, error.reason)
        outcome = "conflict" if isinstance(error, ConflictError) else "unreadable"
        return Edited(path, outcome, error.reason)
    if edit.record.is_restore:
        journal.append_restored(path, sha256_after)
        if edit.moved_from:
            journal.append_restored(edit.moved_from, sha256_after)
    else:
        journal.append_done(path, sha256_after)
    state = (snapshot.size_bytes, snapshot.mtime_ns, snapshot.inode, snapshot.sha256)
    catalog.set_document_state(path, DocumentState(*state))
    catalog.add_document(edit.record)
    return Edited(path, edit.outcome, edit.reason, edit.links)
