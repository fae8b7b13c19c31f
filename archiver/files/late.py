"""A second look at files that a rewrite took out, for a person who had one open and saved."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Callable
from threading import Lock
from time import monotonic, sleep

from archiver.files import calls
from archiver.files.conflicts import keep_conflict, read_again
from archiver.files.documents import Snapshot

_MOST_FILES = 8192  # 4,096 documents a second are more than a disk takes


class LateWrites:
    """Looks once more at files that were swapped out, for an editor that had one open and wrote.

    Safe from several threads. At most `limit` descriptors are kept; beyond that the oldest is
    waited for, which bounds a run to `limit` documents in `wait_s`.

    Args:
        folder: where late bytes are kept.
        wait_s: seconds from the swap to the look.
        limit: None: half of what the system lets a process open; its soft limit is raised for it.

    Attributes:
        found: the document's path and where the late bytes are kept, for each that was found.
    """

    def __init__(self, folder: str, wait_s: float = 1.0, limit: int | None = None) -> None:
        self.found: list[tuple[bytes, str]] = []
        self._folder, self._wait_s = folder, wait_s
        self._limit = limit or _raise_limit() // 2
        self._kept: list[tuple[float, int, Snapshot]] = []  # when to look, what at
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


def _raise_limit() -> int:
    """How many files this process may have open, after asking for as many as it is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, _MOST_FILES) if hard != resource.RLIM_INFINITY else _MOST_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return _MOST_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
