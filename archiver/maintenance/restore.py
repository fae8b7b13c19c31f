"""Give documents their original bytes back.

The order of writes is that of a rewrite: the intent is durable in the journal before the document
changes, so a killed restore is finished by the next run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from archiver import files
from archiver.catalog import Catalog, DocumentState
from archiver.errors import ConflictError, DocumentError
from archiver.files import Snapshot
from archiver.journal import Journal, new_run_id
from archiver.maintenance.finding import find_rewritten
from archiver.model import DocumentRecord
from archiver.pipeline import remote
from archiver.pipeline.moved import Found
from archiver.pipeline.places import Places
from archiver.pipeline.state import open_journal, open_locked
from archiver.rewrite.splice import plan_splices, splice
from archiver.rewrite.unsplicing import undo_rewrites

_BATCH = 64  # documents whose intents share a wait for the disk; their bytes are held in memory


class RestoreOutcome(StrEnum):
    """What became of a document that was to be restored."""

    RESTORED = "restored"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What became of the document at `path` (relative to the base folder), and why."""

    path: bytes
    outcome: RestoreOutcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    found: Found
    snapshot: Snapshot
    new: bytes
    record: DocumentRecord


def restore(
    places: Places,
    targets: Sequence[bytes] | None,
    on_result: Callable[[RestoreResult], None] = lambda result: None,
    *,
    is_waiting: bool = False,
) -> list[RestoreResult]:
    """Restore documents under the lock of the archive.

    Args:
        targets: absolute paths of documents and folders; None: all documents.
        on_result: told of each document as it ends.
        is_waiting: wait for another run to end.

    Raises:
        LockHeldError: another run works on the same archive.
        RunError: the disk is full or fails.
    """
    results = []
    with (
        open_locked(places, is_waiting) as catalog,
        open_journal(places, new_run_id()) as journal,
    ):
        catalog.follow(journal.sync)
        found = find_rewritten(targets, places, catalog)
        for result in restore_found(found, places, catalog, journal):
            results.append(result)
            on_result(result)
    return results


def restore_found(
    found: Iterable[Found], places: Places, catalog: Catalog, journal: Journal
) -> Iterator[RestoreResult]:
    """Restore the documents that were found, in batches."""
    rest = iter(found)
    while batch := list(islice(rest, _BATCH)):
        planned = [_plan(one, journal, places) for one in batch]
        journal.sync()
        for step in planned:
            if isinstance(step, _Plan):
                yield _carry_out(step, places, catalog, journal)
            else:
                yield step


def _plan(found: Found, journal: Journal, places: Places) -> _Plan | RestoreResult:
    """What is to be written, its intent in the journal; or why nothing is."""
    path = found.path
    if not found.rewrites:
        return RestoreResult(path, RestoreOutcome.UNCHANGED, "nothing to restore")
    try:
        data, snapshot = remote.read_document(found.absolute, b"/", places)
        if reason := remote.why_not_writable(snapshot):
            raise DocumentError(files.shown(path), reason)
        is_original = snapshot.sha256 == found.rewrites[0].sha256_before
        replacements = [] if is_original else undo_rewrites(data, found.rewrites)
    except DocumentError as error:
        return RestoreResult(path, RestoreOutcome.UNREADABLE, error.reason)
    except ValueError as error:
        return RestoreResult(path, RestoreOutcome.CONFLICT, str(error))
    new = splice(data, replacements)
    if new == data:
        journal.append_restored(path, snapshot.sha256)
        return RestoreResult(path, RestoreOutcome.UNCHANGED, "no link of ours is in it")
    record = DocumentRecord(
        path,
        snapshot.sha256,
        hashlib.sha256(new).hexdigest(),
        plan_splices(data, replacements, new),
        is_restore=True,
    )
    journal.append_document(record)
    return _Plan(found, snapshot, new, record)


def _carry_out(plan: _Plan, places: Places, catalog: Catalog, journal: Journal) -> RestoreResult:
    path, sha256_after = plan.record.path, plan.record.sha256_after
    try:
        snapshot = remote.rewrite_document(
            files.shown(path), plan.snapshot, plan.new, places, journal.run_id
        )
    except DocumentError as error:
        journal.append_conflict(path, sha256_after, error.reason)
        is_conflict = isinstance(error, ConflictError)
        outcome = RestoreOutcome.CONFLICT if is_conflict else RestoreOutcome.UNREADABLE
        return RestoreResult(path, outcome, error.reason)
    journal.append_restored(path, sha256_after)
    if plan.found.moved_from:
        journal.append_restored(plan.found.moved_from, sha256_after)
    state = (snapshot.size_bytes, snapshot.mtime_ns, snapshot.inode, snapshot.sha256)
    catalog.set_document_state(path, DocumentState(*state))
    catalog.add_document(plan.record)
    is_exact = sha256_after == plan.found.rewrites[0].sha256_before
    return RestoreResult(path, RestoreOutcome.RESTORED, "" if is_exact else "later edits stay")
