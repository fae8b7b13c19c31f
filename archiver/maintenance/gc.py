"""Take out what nothing refers to any more, in two phases: into the trash, later for good.

The order of writes keeps every invariant wherever it is killed. That a file goes is durable in the
journal (`removed`) *before* the file leaves the archive: a record never promises a blob that is
not there, and a file that outlives its record is only a leftover, which the next call finds again.
A file comes back the other way round: it is in its place, durable, *before* a new record says so.
Deleting from the trash needs no record, as nothing promises what lies there.

What persons saved at the wrong moment (``conflicts/``) is never taken: only they may delete it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.files import Trash
from archiver.journal import Journal, new_run_id
from archiver.maintenance.garbage import Found, look
from archiver.maintenance.opening import open_archive
from archiver.pipeline.places import Places
from archiver.pipeline.records import now_text
from archiver.pipeline.state import open_journal
from archiver.storage.file import FileStore
from archiver.storage.layout import digest_in


class GcAction(StrEnum):
    """What became of a file."""

    TRASHED = "trashed"
    DELETED = "deleted"
    BROUGHT_BACK = "brought back"


@dataclass(frozen=True, slots=True)
class GcResult:
    """A file that went or came back.

    Attributes:
        name: ``archive/…``, ``originals/…`` or ``quarantine/…``, also for one in the trash.
    """

    name: str
    action: GcAction
    size_bytes: int


@dataclass(frozen=True, slots=True)
class GcSummary:
    """What a call did, or would do.

    Attributes:
        kept_files, kept_bytes: of the archive, in use.
        waiting_files, waiting_bytes: in the trash, until their time has passed.
    """

    results: tuple[GcResult, ...]
    kept_files: int
    kept_bytes: int
    waiting_files: int = 0
    waiting_bytes: int = 0

    def total(self, action: GcAction) -> tuple[int, int]:
        """How many files had *action*, and their bytes."""
        sizes = [result.size_bytes for result in self.results if result.action is action]
        return len(sizes), sum(sizes)


@dataclass(frozen=True, slots=True)
class _Plan:
    found: Found
    expired: tuple[str, ...]
    is_at_once: bool


def collect_garbage(
    places: Places,
    config: Config,
    *,
    grace: timedelta = timedelta(days=30),
    more: Sequence[bytes] = (),
    is_dry_run: bool = False,
    is_waiting: bool = False,
    on_result: Callable[[GcResult], None] = lambda result: None,
) -> GcSummary:
    """Move to the trash what nothing refers to; delete what has been there for *grace*.

    Args:
        grace: zero does both at once.
        more: documents and folders to read beside those that are known; absolute.
        is_dry_run: nothing is written.
        on_result: told of each file as it goes or comes back.

    Raises:
        LockHeldError: another run works on the same archive.
        RunError: a document cannot be read, so nothing was removed; or the disk fails.
    """
    trash = Trash(os.path.join(places.state, "trash"))
    results: list[GcResult] = []
    with open_archive(places, is_read_only=is_dry_run, is_waiting=is_waiting) as catalog:
        found = look(places, catalog, config, trash, more)
        expired = tuple(_expired(trash.runs(), datetime.now(UTC) - grace))
        plan = _Plan(found, expired, not grace)
        steps = _tell(plan, trash) if is_dry_run else _carry_out(plan, trash, places, catalog)
        for result in steps:
            results.append(result)
            on_result(result)
        left = [f for run in trash.runs() if run not in expired for f in trash.files(run)]
    return GcSummary(
        tuple(results),
        found.kept_files,
        found.kept_bytes,
        len(left),
        sum(file.size_bytes for file in left),
    )


def _expired(runs: Iterable[str], until: datetime) -> Iterator[str]:
    """The runs that began at or before *until*; a folder of another name is nobody's to delete."""
    for run in runs:
        try:
            began = datetime.strptime(run[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            continue
        if began <= until:
            yield run


def _tell(plan: _Plan, trash: Trash) -> Iterator[GcResult]:
    """What `_carry_out` would do."""
    back = {leaf.name for leaf in plan.found.wanted}
    for leaf in plan.found.wanted:
        yield GcResult(leaf.name, GcAction.BROUGHT_BACK, leaf.size_bytes)
    for leaf in plan.found.garbage:
        action = GcAction.DELETED if plan.is_at_once else GcAction.TRASHED
        yield GcResult(leaf.name, action, leaf.size_bytes)
    for run in plan.expired:
        for file in trash.files(run):
            if file.path not in back:
                yield GcResult(file.path, GcAction.DELETED, file.size_bytes)


def _carry_out(plan: _Plan, trash: Trash, places: Places, catalog: Catalog) -> Iterator[GcResult]:
    store = FileStore(places.archive_folder, os.path.join(places.state, "tmp"))
    with open_journal(places, new_run_id(), store.flush) as journal:
        catalog.follow(journal.sync)
        yield from _bring_back(plan.found, trash, store, journal)
        yield from _take_out(plan, trash, journal)
    files.remove_empty_folders(places.archive_folder)
    for run in plan.expired:
        gone = list(trash.files(run))
        trash.delete(run)
        yield from (GcResult(file.path, GcAction.DELETED, file.size_bytes) for file in gone)


def _bring_back(
    found: Found, trash: Trash, store: FileStore, journal: Journal
) -> Iterator[GcResult]:
    for leaf in found.wanted:
        kept = trash.find(leaf.name)
        if kept is not None:
            store.take_back(kept, leaf.below)
            yield GcResult(leaf.name, GcAction.BROUGHT_BACK, leaf.size_bytes)
    for record in found.records:
        journal.append_image(replace(record, when=now_text()))
    journal.sync()


def _take_out(plan: _Plan, trash: Trash, journal: Journal) -> Iterator[GcResult]:
    for leaf in plan.found.garbage:
        if leaf.recorded:
            journal.append_removed(leaf.recorded, digest_in(leaf.recorded))
    journal.sync()
    for leaf in plan.found.garbage:
        if plan.is_at_once:
            files.remove_file(leaf.path)
            yield GcResult(leaf.name, GcAction.DELETED, leaf.size_bytes)
        else:
            trash.put(leaf.path, journal.run_id, leaf.name)
            yield GcResult(leaf.name, GcAction.TRASHED, leaf.size_bytes)
    trash.flush()
