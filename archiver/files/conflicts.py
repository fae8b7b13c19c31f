"""What a person wrote and we found in an unexpected place is kept, never judged."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from threading import Lock
from time import monotonic, sleep

from archiver.files import calls
from archiver.files.documents import Snapshot
from archiver.files.folders import make_folders, sync_folder
from archiver.files.trouble import run_trouble

_NAME_BYTES = 200  # of the document's name; with the digest it stays below the usual 255


def keep_conflict(folder: str, path: bytes, data: bytes) -> str:
    """Write *data*, found in place of the document *path*, to *folder*; the new file's path.

    The name begins with the digest, so that the same bytes are kept once. The file is durable on
    return.
    """
    name = hashlib.sha256(data).hexdigest()[:16] + "-" + os.fsdecode(_short_name(path))
    kept = os.path.join(folder, name)
    with run_trouble(kept):
        make_folders(folder, 0o700)
        if not _holds(kept, data):
            _write(kept, data)
            sync_folder(folder)
    return kept


def _short_name(path: bytes) -> bytes:
    return os.path.basename(path)[-_NAME_BYTES:]


def _holds(path: str, data: bytes) -> bool:
    try:
        fd = calls.open_file(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        return calls.read(fd, len(data) + 1) == data
    finally:
        calls.close(fd)


def _write(path: str, data: bytes) -> None:
    fd = calls.open_file(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW)
    try:
        calls.write(fd, data)
        calls.fsync(fd)
    finally:
        calls.close(fd)


class LateWrites:
    """Looks once more at files that were swapped out, for an editor that had one open and wrote.

    Safe from several threads. At most `limit` descriptors are kept; beyond that the oldest is
    waited for.

    Args:
        folder: where late bytes are kept.
        wait_s: seconds from the swap to the look.

    Attributes:
        found: the document's path and where the late bytes are kept, for each that was found.
    """

    def __init__(self, folder: str, wait_s: float = 1.0, limit: int = 64) -> None:
        self.found: list[tuple[bytes, str]] = []
        self._folder, self._wait_s, self._limit = folder, wait_s, limit
        self._kept: list[tuple[float, int, Snapshot]] = []
        self._lock = Lock()

    def keep(self, fd: int, snapshot: Snapshot) -> None:
        """Take over the descriptor of a swapped-out file whose bytes were those of *snapshot*."""
        with self._lock:
            self._kept.append((monotonic() + self._wait_s, fd, snapshot))
            self._look(lambda due_s: due_s <= monotonic() or len(self._kept) > self._limit)

    def close(self) -> None:
        """Look at all that are left; waits until the last one's time has come."""
        with self._lock:
            self._look(lambda _: True)

    def _look(self, is_due: Callable[[float], bool]) -> None:
        while self._kept and is_due(self._kept[0][0]):
            due_s, fd, snapshot = self._kept.pop(0)
            sleep(max(0.0, due_s - monotonic()))
            try:
                data = read_again(fd)
                if hashlib.sha256(data).hexdigest() != snapshot.sha256:
                    kept = keep_conflict(self._folder, snapshot.path, data)
                    self.found.append((snapshot.path, kept))
            finally:
                calls.close(fd)


def read_again(fd: int) -> bytes:
    """All bytes of an open file, from its start."""
    os.lseek(fd, 0, os.SEEK_SET)
    return calls.read(fd, os.fstat(fd).st_size + 2**20)
