"""A file that only grows, and is on the disk when asked to be."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from archiver.errors import RunError
from archiver.files import calls
from archiver.files.folders import make_folders, sync_folder
from archiver.files.trouble import run_trouble


def read_lines(path: str, offset: int = 0) -> Iterator[bytes]:
    """The whole lines of a file from *offset* on, each with its line end.

    A last line without one is left out: it was torn, or is being written.
    """
    with run_trouble(path):
        fd = calls.open_file(path, os.O_RDONLY)
        with os.fdopen(fd, "rb", buffering=1 << 18) as file:
            file.seek(offset)
            for line in file:
                if line.endswith(b"\n"):
                    yield line


def list_sizes(folder: str, suffix: str) -> dict[str, int]:
    """Name → size in bytes of the files of *folder* whose names end so, sorted by name."""
    try:
        with os.scandir(folder) as entries:
            found = [(e.name, e.stat().st_size) for e in entries if e.name.endswith(suffix)]
    except FileNotFoundError:
        return {}
    return dict(sorted(found))


def sync_file(path: str) -> None:
    """Return when what another process wrote into the file is durable, and so is its name.

    Raises:
        DiskFullError, RunError: it cannot be made so.
    """
    with run_trouble(path):
        fd = calls.open_file(path, os.O_RDONLY)
        try:
            calls.fsync(fd)
        finally:
            calls.close(fd)
        sync_folder(os.path.dirname(path))


class AppendFile:
    """A new private file (0600), made by the first append; safe from several threads.

    After a failed write or sync nothing more is taken: a torn line would spoil the next, and the
    system forgets the bytes that it could not bring to the disk.

    Attributes:
        path: the file.
        size_bytes: what was appended.
    """

    def __init__(self, path: str) -> None:
        self.path, self.size_bytes = path, 0
        self._fd = -1
        self._is_named = False
        self._failure: OSError | None = None
        self._synced_bytes = 0
        self._append, self._sync = Lock(), Lock()

    def append(self, data: bytes) -> None:
        """Add *data* at the end; one call is never mixed with another.

        Raises:
            DiskFullError, RunError: it could not be written; the file takes no more.
        """
        with self._append, run_trouble(self.path):
            self._check()
            with self._remembering():
                if self._fd < 0:
                    self._open()
                calls.write(self._fd, data)
            self.size_bytes += len(data)

    def sync(self) -> None:
        """Return when all that was appended before is durable, and so is the file's name."""
        with self._sync, run_trouble(self.path):
            self._check()
            size_bytes = self.size_bytes
            if size_bytes == self._synced_bytes:
                return
            with self._remembering():
                self._sync_file()
            self._synced_bytes = size_bytes

    def close(self) -> None:
        """Make all durable and close; once more does nothing."""
        if self._fd < 0:
            return
        try:
            if self._failure is None:
                self.sync()
        finally:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def _open(self) -> None:
        make_folders(os.path.dirname(self.path), 0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._fd = calls.open_file(self.path, flags)

    def _sync_file(self) -> None:
        calls.fdatasync(self._fd)
        if not self._is_named:
            sync_folder(os.path.dirname(self.path))
            self._is_named = True

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        """Take nothing more after an error, whatever it was; say again what it was."""
        try:
            yield
        except BaseException as error:
            stopped = OSError(errno.EIO, "an earlier write was interrupted")
            self._failure = error if isinstance(error, OSError) else stopped
            raise

    def _check(self) -> None:
        if self._failure is not None:
            raise OSError(self._failure.errno, self._failure.strerror)


def extend_file(path: str, size_bytes: int, data: bytes) -> None:
    """Add *data* to a private file that has *size_bytes*, made where it is missing with its folder.

    Not durable: for copies that can be made again.
    """
    with run_trouble(path):
        make_folders(os.path.dirname(path), 0o700)
        fd = calls.open_file(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            if os.fstat(fd).st_size != size_bytes:
                raise RunError(f"{path}: changed by someone; remove it, it is made again")
            calls.write(fd, data)
        finally:
            calls.close(fd)
