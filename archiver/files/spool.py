"""Temporary files that downloads are written to before they are known to be pictures."""

from __future__ import annotations

import os
from contextlib import suppress

from archiver.files import calls
from archiver.files.trouble import run_trouble

SUFFIX = ".part"


class SpoolFile:
    """A temporary file open for writing.

    Attributes:
        path: its absolute or relative name, as its folder was given.
    """

    __slots__ = ("_fd", "path")

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self._fd = fd

    def write(self, data: bytes) -> None:
        """Append *data*.

        Raises:
            DiskFullError: no space or quota is left.
        """
        with run_trouble(self.path):
            calls.write(self._fd, data)

    def close(self) -> None:
        """Close the file and keep it; once more does nothing."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            with run_trouble(self.path):
                calls.close(fd)

    def discard(self) -> None:
        """Close and remove the file; does nothing where it has been moved or removed."""
        self.close()
        remove_spool(self.path)


def write_spool(folder: str, data: bytes) -> str:
    """The path of a temporary file with *data* in it, as `open_spool` makes them."""
    spool = open_spool(folder)
    try:
        spool.write(data)
    except BaseException:
        spool.discard()
        raise
    spool.close()
    return spool.path


def open_spool(folder: str) -> SpoolFile:
    """Create a temporary file of our own (0600) in *folder*, which is made where it is missing.

    Raises:
        DiskFullError: no space or quota is left.
        RunError: the folder cannot be written.
    """
    path = os.path.join(folder, os.urandom(12).hex() + SUFFIX)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with run_trouble(path):
        try:
            return SpoolFile(path, calls.open_file(path, flags))
        except FileNotFoundError:
            _make_folders(folder)
            return SpoolFile(path, calls.open_file(path, flags))


def move_spool(path: str) -> str:
    """Give a temporary file another name, so that who made it no longer removes it; its path.

    Raises:
        RunError: it is gone, or the folder cannot be written.
    """
    moved = os.path.join(os.path.dirname(path), os.urandom(12).hex() + SUFFIX)
    with run_trouble(path):
        calls.rename(path, moved)
    return moved


def remove_spool(path: str) -> None:
    """Remove a temporary file; does nothing where it is gone."""
    with run_trouble(path):
        try:
            calls.unlink(path)
        except FileNotFoundError:
            return


def clear_spool(folder: str) -> None:
    """Remove what a killed run left in *folder*. Call it only while holding the lock."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        if name.endswith(SUFFIX):
            remove_spool(os.path.join(folder, name))


def remove_spools(folder: str, prefix: str) -> None:
    """Remove the folders in *folder* whose names begin so, with the temporary files in them.

    What else somebody put there stays, and the folder with it. Call it only while no process that
    is sent files there works.
    """
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        if name.startswith(prefix) and os.path.isdir(path):
            clear_spool(path)
            with run_trouble(path), suppress(FileNotFoundError):
                if not os.listdir(path):
                    calls.remove_folder(path)


def _make_folders(folder: str) -> None:
    """Make *folder* and its parents, private; other threads may be at it as well."""
    parent = os.path.dirname(folder)
    if parent and not os.path.isdir(parent):
        _make_folders(parent)
    try:
        calls.make_folder(folder, 0o700)
    except FileExistsError:
        return
