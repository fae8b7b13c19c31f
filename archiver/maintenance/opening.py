"""An archive as maintenance opens it: locked, its unfinished stories finished."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from archiver import files
from archiver.catalog import Catalog
from archiver.errors import UsageError
from archiver.journal import Journal, new_run_id
from archiver.pipeline.places import Places
from archiver.pipeline.state import open_catalog, open_journal, open_locked
from archiver.redact import redact


@contextmanager
def open_archive(
    places: Places, *, is_read_only: bool = False, is_waiting: bool = False
) -> Iterator[Catalog]:
    """The catalog, under the lock of the archive.

    Args:
        is_read_only: without lock and without repair; nothing is made or written.
        is_waiting: wait for another run to end.

    Raises:
        UsageError: the archive or its state is on an object store.
        LockHeldError: another run works on the same archive.
        RunError: the disk is full or fails.
    """
    if places.archive_url or places.state_url:
        place = redact(places.archive_url or places.state_url)
        raise UsageError(f"{place}: this works on an archive in a folder, not on an object store")
    if is_read_only:
        with open_catalog(places, read_only=True) as catalog:
            yield catalog
        return
    with open_locked(places, is_waiting) as catalog:
        files.clear_spool(os.path.join(places.state, "tmp"))
        yield catalog


@contextmanager
def open_for_edits(places: Places, is_waiting: bool) -> Iterator[tuple[Catalog, Journal]]:
    """The same, and a journal for what is done to the documents."""
    with (
        open_archive(places, is_waiting=is_waiting) as catalog,
        open_journal(places, new_run_id()) as journal,
    ):
        catalog.follow(journal.sync)
        yield catalog, journal
