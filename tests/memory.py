"""How much memory a process and all below it hold at most."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

_SAMPLE_EVERY_S = 0.02
_PARENT = 1  # field of /proc/PID/stat behind the name


class PeakMemory:
    """The highest sum of the PSS of a process and its descendants, sampled; a context manager.

    Attributes:
        size_bytes: seen so far.
        processes: the most at a time.
    """

    def __init__(self, process_id: int) -> None:
        self._id, self._is_over = process_id, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.size_bytes = self.processes = 0

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(_SAMPLE_EVERY_S):
            ids = _family(self._id)
            self.size_bytes = max(self.size_bytes, sum(map(_pss_bytes, ids)))
            self.processes = max(self.processes, len(ids))


def _family(process_id: int) -> set[int]:
    """The process and its descendants, by parents: workers have sessions of their own."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[_PARENT])
    found = {process_id}
    while below := {child for child, parent in parents.items() if parent in found} - found:
        found |= below
    return found


def _pss_bytes(process_id: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
