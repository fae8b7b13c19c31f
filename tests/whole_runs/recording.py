"""A hook that notes every change a run makes, for `power_cut` to play them again and lose some."""

from __future__ import annotations

import os
import pickle
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

Event = tuple[Any, ...]
"""What happened, by name of the call, then paths and bytes; files are numbered."""


class Recorder:
    """Makes each call and notes it. The events are written to *log* as the process ends.

    Args:
        log: a file; "" for none.
        stop_after: end the process after so many events; 0: never.

    Attributes:
        events: so far, in order; calls wait for each other, so that it is the true one.
    """

    def __init__(self, log: str = "", stop_after: int = 0) -> None:
        self.events: list[Event] = []
        self._log, self._stop_after, self._lock = log, stop_after, threading.RLock()
        self._files: dict[int, int] = {}  # descriptor → number
        self._by_inode: dict[tuple[int, int], int] = {}
        self._count = 0

    def __call__(self, name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if name == "flock":  # may wait for another process
            return call(*arguments)
        with self._lock:
            note = getattr(self, f"_{name}", None)
            then = note(*arguments) if note else None
            result = call(*arguments)
            if then is not None:
                then(result)
            if self._stop_after and len(self.events) >= self._stop_after:
                self.save()
                os._exit(9)
        return result

    def save(self) -> None:
        """Write the events down."""
        Path(self._log).write_bytes(pickle.dumps(self.events))

    def _note(self, *event: Any) -> None:
        self.events.append(event)

    def _number(self, found: os.stat_result, is_new: bool) -> int:
        key = (found.st_dev, found.st_ino)
        if is_new or key not in self._by_inode:
            self._count += 1
            self._by_inode[key] = self._count
        return self._by_inode[key]

    def _open(self, path, flags, mode, folder):  # type: ignore[no-untyped-def]
        full = _full(path, folder)
        is_new = bool(flags & os.O_CREAT) and not os.path.lexists(full)

        def done(fd: int) -> None:
            found = os.fstat(fd)
            self._files.pop(fd, None)
            if not stat.S_ISREG(found.st_mode):
                return
            number = self._files[fd] = self._number(found, is_new)
            self._note("create" if is_new else "find", number, *os.path.split(full))
            if flags & os.O_TRUNC and not is_new:
                self._note("truncate", number)

        return done

    def _write(self, fd, data):  # type: ignore[no-untyped-def]
        kept = bytes(data)
        return lambda count: self._note("write", self._files[fd], kept[:count])

    def _fsync(self, fd):  # type: ignore[no-untyped-def]
        path, number = os.readlink(f"/proc/self/fd/{fd}"), self._files.get(fd)
        return lambda _: self._note("sync", number, path)

    _fdatasync = _fsync

    def _mkdir(self, path, mode):  # type: ignore[no-untyped-def]
        return lambda _: self._note("mkdir", os.path.abspath(os.fsdecode(path)))

    def _unlink(self, path, folder):  # type: ignore[no-untyped-def]
        full = _full(path, folder)
        return lambda _: self._note("unlink", *os.path.split(full))

    def _rename(self, source, target, folder=None):  # type: ignore[no-untyped-def]
        old, new = _full(source, folder), _full(target, folder)
        return lambda _: self._note("rename", *os.path.split(old), *os.path.split(new))

    _rename_new = _rename

    def _exchange(self, first, second, folder):  # type: ignore[no-untyped-def]
        one, other = _full(first, folder), _full(second, folder)
        return lambda _: self._note("exchange", *os.path.split(one), os.path.basename(other))


def _full(path: str | bytes, folder: int | None) -> str:
    if folder is not None:
        path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), os.fsdecode(path))
    return os.path.abspath(os.fsdecode(path))
