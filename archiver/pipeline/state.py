"""Lock, catalog and journal of an archive, wherever they lie.

With a state on an object store the journals there are the truth. The folder here holds copies of
them, the catalog made of those, and what no other machine needs.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from archiver import files
from archiver.catalog import Catalog
from archiver.journal import Fact, Journal, list_journals, read_lines
from archiver.pipeline.originals import Originals, SharedOriginals
from archiver.pipeline.places import Places

logger = logging.getLogger(__name__)

_leases: dict[str, Callable[[], None]] = {}
"""URL of a state → what raises when its lock was lost; of the locks that this process holds now."""


@contextmanager
def hold_lock(places: Places, wait: bool = False) -> Iterator[None]:
    """Hold the lock of the archive: nobody else changes journal, catalog or documents meanwhile.

    Args:
        wait: whether to wait until it is free.

    Raises:
        LockHeldError: another run holds it.
        RunError: it cannot be made.
    """
    with files.lock(os.path.join(places.state, "lock"), wait=wait):
        if not places.state_url:
            yield
        else:
            with _hold_lease(places, wait):
                yield


@contextmanager
def _hold_lease(places: Places, wait: bool) -> Iterator[None]:
    from archiver.journal.segments import push
    from archiver.storage.bucket import open_bucket
    from archiver.storage.lease import Lease
    from archiver.storage.probe import honours_create

    bucket = open_bucket(places.state_url, places.objects)
    if not honours_create(bucket):
        logger.error(
            "%s: this server does not keep conditions, so nothing there can be a lock: "
            "see to it yourself that one run at a time works on it",
            bucket.url,
        )
        push(bucket, _journals(places))
        yield
        return
    with Lease(bucket, places.objects.lease_s) as lease:
        lease.take(wait)
        push(bucket, _journals(places))
        _leases[places.state_url] = lease.check
        try:
            yield
        finally:
            del _leases[places.state_url]


def open_catalog(places: Places, read_only: bool = False) -> Catalog:
    """The catalog, up to all journals; see `Catalog`.

    Raises:
        RunError, DiskFullError: it cannot be used, or the object store does not answer.
    """
    if places.state_url:
        bring_journals(places)
    return Catalog(os.path.join(places.state, "catalog.sqlite"), _journals(places), read_only)


@contextmanager
def open_locked(places: Places, wait: bool = False) -> Iterator[Catalog]:
    """The catalog, while nobody else works on the archive; what a killed run began is finished.

    Raises:
        LockHeldError: another run holds the lock.
        RunError, DiskFullError: the disk or the object store fails.
    """
    with hold_lock(places, wait), open_catalog(places) as catalog:
        if catalog.has_unfinished():
            from archiver.pipeline.repair import finish_stories  # it reads documents

            finish_stories(places, catalog)
        yield catalog


def bring_journals(places: Places) -> None:
    """Have a copy of the journals of a state on an object store, also on a machine without any.

    Raises:
        RunError: the object store does not answer, or a segment is damaged.
    """
    from archiver.journal.segments import pull
    from archiver.storage.bucket import open_bucket

    files.make_state_folder(places.state)
    pull(open_bucket(places.state_url, places.objects), _journals(places))


def read_earlier(places: Places, run_id: str, name: str) -> Iterator[Fact]:
    """What the workers of a run have noted in those journals whose names begin with *name*.

    Of a state on an object store nothing is copied: the copies on a machine belong to the process
    that holds the lock, and other workers of it may be there.

    Raises:
        RunError: a journal cannot be read, or the object store does not answer.
    """
    if not places.state_url:
        folder = _journals(places)
        for journal in filter(lambda each: each.startswith(name), list_journals(folder)):
            yield from (line.fact for line in read_lines(folder, journal))
        return
    from archiver.journal.segments import read_shard
    from archiver.storage.bucket import open_bucket

    bucket = open_bucket(places.state_url, places.objects)
    yield from (line.fact for line in read_shard(bucket, run_id, name))


def open_journal(
    places: Places,
    run_id: str,
    before_sync: Callable[[], None] = lambda: None,
    has_copy: bool = True,
) -> Journal:
    """The journal of a run; see `Journal`.

    Args:
        before_sync: makes durable what the facts speak of.
        has_copy: whether one of an object store is kept here as well.
    """
    if not places.state_url:
        return Journal(_journals(places), run_id, before_sync)
    from archiver.journal.segments import put_segment
    from archiver.storage.bucket import open_bucket

    bucket = open_bucket(places.state_url, places.objects)
    check_lock = _leases.get(places.state_url, lambda: None)  # not here: a worker of who holds it

    def publish(start: int, lines: bytes) -> None:
        check_lock()
        put_segment(bucket, run_id, start, lines)

    return Journal(_journals(places), run_id, before_sync, publish, has_copy)


def open_originals(
    places: Places, spool: str, check_room: Callable[[], None] = lambda: None
) -> Originals:
    """The bytes that pages had, and what feeds have grown to."""
    folder = os.path.join(places.state, "originals")
    if not places.state_url:
        return Originals(folder, spool, check_room)
    from archiver.storage.bucket import open_bucket

    bucket = open_bucket(places.state_url, places.objects)
    return SharedOriginals(folder, spool, bucket, check_room)


def _journals(places: Places) -> str:
    return os.path.join(places.state, "journal")
