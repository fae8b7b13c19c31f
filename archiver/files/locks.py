"""One run at a time: a lock the kernel drops when its holder dies, however it dies."""

from __future__ import annotations

import errno
import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from archiver.errors import LockHeldError
from archiver.files import calls
from archiver.files.folders import make_state_folder
from archiver.files.trouble import run_trouble


class Lock:
    """A held lock; a context manager. The file stays: removing it would let two runs in."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def release(self) -> None:
        """Let it go; once more does nothing."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def lock(path: str, wait: bool = False, shared: bool = False) -> Lock:
    """Take the lock file *path*, made with its private folder where it is missing.

    Nothing is written to it, so that a run with nothing to do leaves every file as it is.

    Args:
        wait: whether to wait until it is free.
        shared: for readers: keeps writers out, not other readers.

    Raises:
        LockHeldError: another process holds it.
        RunError: it cannot be made.
    """
    with run_trouble(path):
        make_state_folder(os.path.dirname(path) or os.curdir)
        fd = calls.open_file(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW)
        try:
            _take(fd, wait, shared)
        except BlockingIOError:
            holder = describe_holder(fd)
            os.close(fd)
            raise LockHeldError(holder) from None
        except BaseException:
            os.close(fd)
            raise
    return Lock(fd)


def _take(fd: int, wait: bool, shared: bool) -> None:
    flags = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
    try:
        calls.call("flock", fcntl.flock, fd, flags)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):
            raise BlockingIOError(error.errno, "held") from error
        raise


def describe_holder(fd: int) -> str:
    """Who holds the lock on an open file, as far as the kernel tells (Linux, same machine)."""
    pid = _holder_pid(fd)
    if not pid:
        return "a process that cannot be told from here"
    try:
        name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
        return f"process {pid}, {name}, since {_start_of(pid):%Y-%m-%d %H:%M:%SZ}"
    except (OSError, ValueError, IndexError):
        return f"process {pid}"


def _holder_pid(fd: int) -> int:
    """From /proc/locks: ``1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF``; 0: not found."""
    inode = os.fstat(fd).st_ino
    try:
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return 0
    for fields in (line.split() for line in lines):
        if fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == str(inode):
            return max(int(fields[4]), 0)
    return 0


def _start_of(pid: int) -> datetime:
    """When a process began: proc(5), field 22 of stat in clock ticks since the machine's start."""
    ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    boot = next(
        line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime")
    )
    return datetime.fromtimestamp(int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK"), tz=UTC)
