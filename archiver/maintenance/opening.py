"""An archive as maintenance opens it: locked, its unfinished stories finished."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from archiver import files
from archiver.catalog import Catalog
from archiver.errors import UsageError
from archiver.pipeline.places import Places
from archiver.pipeline.repair import finish_stories
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
    path, journals = (os.path.join(places.state, n) for n in ("catalog.sqlite", "journal"))
    if is_read_only:
        with Catalog(path, journals, read_only=True) as catalog:
            yield catalog
        return
    with (
        files.lock(os.path.join(places.state, "lock"), wait=is_waiting),
        Catalog(path, journals) as catalog,
    ):
        if catalog.has_unfinished():
            finish_stories(places, catalog)
        files.clear_spool(os.path.join(places.state, "tmp"))
        yield catalog
