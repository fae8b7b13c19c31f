"""Append a run's facts to its journal."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from threading import Lock

from archiver import files
from archiver.errors import RunError
from archiver.journal.facts import Conflict, Done, Fact, Removed, Restored
from archiver.journal.lines import encode_in_pieces
from archiver.journal.reader import SUFFIX
from archiver.model import DocumentRecord, ImageRecord, ItemRecord, Visit

_MOST_LINES = 10_000  # in memory, some 5 MB
_WRITE_BYTES = 1 << 18


def new_run_id(now: datetime | None = None) -> str:
    """The name of a run: when it began, and eight hex digits that keep two runs apart.

    Five of the digits are microseconds: of two runs in one second the later sorts last.

    >>> new_run_id(datetime(2026, 1, 2, 3, 4, 5, 255, tzinfo=UTC))[:22]
    '20260102T030405Z-000ff'
    """
    now = (now or datetime.now(UTC)).astimezone(UTC)
    chance = int.from_bytes(os.urandom(2), "big") & 0xFFF
    return f"{now:%Y%m%dT%H%M%SZ}-{now.microsecond:05x}{chance:03x}"


class Journal:
    """The journal of one run. Safe from several threads; the file is made by the first fact.

    A fact without `when` gets the time of now; one that is older than the fact before it gets that
    one's, so that a file is in order. Appended facts stay in memory until `sync`: the system may
    bring written lines to the disk before the blobs they name, and a power cut would show it.

    Args:
        folder: the folder of all journals.
        run_id: see `new_run_id`.
        before_sync: makes durable what the facts speak of; the store's `flush`.
        publish: puts lines where the truth is kept, if that is not this file, which is then a copy;
            it is given where they begin in the file.
        has_file: whether there is a file at all, beside what is published.
    """

    def __init__(
        self,
        folder: str,
        run_id: str,
        before_sync: Callable[[], None] = lambda: None,
        publish: Callable[[int, bytes], None] | None = None,
        has_file: bool = True,
    ) -> None:
        self.run_id = run_id
        path = os.path.join(folder, run_id + SUFFIX)
        self._file = files.AppendFile(path) if has_file else _NoFile(path)
        self._before_sync, self._publish = before_sync, publish
        self._lock, self._syncing, self._last = Lock(), Lock(), ""
        self._lines: list[Iterable[bytes]] = []
        self._failure: RunError | None = None  # a failed sync, tried again, would succeed and lie

    def append_image(self, record: ImageRecord) -> None:
        """What became of a URL."""
        self._append(record)

    def append_document(self, record: DocumentRecord) -> None:
        """The intent to rewrite a document: `sync` before the document changes."""
        self._append(record)

    def append_done(self, path: bytes, sha256_after: str) -> None:
        """The document now holds the bytes of its intent."""
        self._append(Done(path, sha256_after))

    def append_conflict(self, path: bytes, sha256_after: str, reason: str) -> None:
        """The intent was given up."""
        self._append(Conflict(path, sha256_after, reason))

    def append_restored(self, path: bytes, sha256_after: str) -> None:
        """The document has its original bytes back; ends an intent with `is_restore`."""
        self._append(Restored(path, sha256_after))

    def append_removed(self, path: str, digest: str) -> None:
        """A file of the archive was taken out."""
        self._append(Removed(path, digest))

    def append_visit(self, visit: Visit) -> None:
        """The bytes that a page, feed or style sheet had."""
        self._append(visit)

    def append_item(self, record: ItemRecord) -> None:
        """What is to be the post of a feed's item, or why it is none."""
        self._append(record)

    def sync(self) -> None:
        """Return when all facts appended before are durable.

        Raises:
            DiskFullError, RunError: they are not; the journal takes no more.
        """
        with self._syncing:
            if self._failure is not None:
                raise self._failure
            self._failure = RunError(f"{self._file.path}: an earlier write was interrupted")
            try:
                self._write()
            except RunError as error:
                self._failure = error
                raise
            self._failure = None

    def close(self) -> None:
        """Make all durable and close the file; once more does nothing."""
        try:
            if self._lines and self._failure is None:
                self.sync()
        finally:
            self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self) -> None:
        with self._lock:
            lines, self._lines = self._lines, []
        self._before_sync()
        writes = _gather(chain.from_iterable(lines))
        if lines and self._publish is not None:
            data = b"".join(writes)
            self._publish(self._file.size_bytes, data)
            writes = iter([data])
        for data in writes:
            self._file.append(data)
        self._file.sync()

    def _append(self, fact: Fact) -> None:
        with self._lock:
            now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            self._last = max(self._last, fact.when or now)
            pieces = encode_in_pieces(fact, self._last)
            # What a long document becomes is held anyway; it is spelt out as it is written.
            self._lines.append(pieces if isinstance(fact, DocumentRecord) else tuple(pieces))
            is_due = len(self._lines) >= _MOST_LINES
        if is_due:
            self.sync()


def _gather(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The *pieces* joined, a write each."""
    group: list[bytes] = []
    size_bytes = 0
    for piece in pieces:
        group.append(piece)
        size_bytes += len(piece)
        if size_bytes >= _WRITE_BYTES:
            yield b"".join(group)
            group, size_bytes = [], 0
    if group:
        yield b"".join(group)


class _NoFile:
    """Stands for the file of a journal that has none: counts what would be in it."""

    def __init__(self, path: str) -> None:
        self.path, self.size_bytes = path, 0

    def append(self, data: bytes) -> None:
        self.size_bytes += len(data)

    def sync(self) -> None:
        """Nothing waits for a disk."""

    def close(self) -> None:
        """Nothing is open."""
