"""Blobs: temporary files that get their final name once, durable before anyone names them."""

from __future__ import annotations

import errno
import os
import stat
from threading import Lock

from archiver.files import calls
from archiver.files.exchange import rename_new
from archiver.files.folders import make_folders, sync_folder
from archiver.files.spool import SUFFIX
from archiver.files.trouble import run_trouble

BLOB_MODE = 0o444  # nobody changes a blob by mistake
_CHUNK_BYTES = 1 << 20


def place_blob(spool_path: str, target: str) -> None:
    """Give the temporary file its final name; its bytes are durable on return, its name is not.

    What stands there with the same bytes stays; with other bytes (a torn blob, a thumbnail of
    other settings) it is replaced. The temporary file is gone afterwards.

    Raises:
        DiskFullError, RunError: the disk is full or fails; the temporary file stays.
    """
    with run_trouble(target):
        _seal(spool_path)
        try:
            _move(spool_path, target, rename_new)
        except FileExistsError:
            if _are_equal(spool_path, target):
                calls.unlink(spool_path)
            else:
                _move(spool_path, target, calls.rename)


def _seal(path: str) -> None:
    fd = calls.open_file(path, os.O_RDONLY)
    try:
        calls.change_mode(fd, BLOB_MODE)
        calls.fsync(fd)
    finally:
        calls.close(fd)


def _move(source: str, target: str, rename: calls.Move) -> None:
    try:
        rename(source, target)
    except OSError as error:
        if error.errno == errno.EXDEV:
            _across(source, target, rename)
            calls.unlink(source)
        elif error.errno in (errno.EPERM, errno.ENOTSUP):  # no links: FAT, some network systems
            _move_without_links(source, target)
        else:
            raise


def _across(source: str, target: str, rename: calls.Move) -> None:
    """As `rename` would, from another file system: by a copy beside the target."""
    copy = f"{os.path.dirname(target)}/.{os.urandom(12).hex()}{SUFFIX}"
    try:
        _copy(source, copy)
        rename(copy, target)
    finally:
        if os.path.lexists(copy):
            calls.unlink(copy)


def _move_without_links(source: str, target: str) -> None:
    if os.path.lexists(target):
        raise FileExistsError(target)
    _move(source, target, calls.rename)


def _copy(source: str, target: str) -> None:
    reader = calls.open_file(source, os.O_RDONLY)
    try:
        writer = calls.open_file(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            while chunk := calls.read(reader, _CHUNK_BYTES):
                calls.write(writer, chunk)
            calls.change_mode(writer, BLOB_MODE)
            calls.fsync(writer)
        finally:
            calls.close(writer)
    finally:
        calls.close(reader)


def _are_equal(first: str, second: str) -> bool:
    one = calls.open_file(first, os.O_RDONLY)
    try:
        # A pipe in its place would keep us waiting for bytes.
        other = calls.open_file(second, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if not stat.S_ISREG(os.fstat(other).st_mode):
                return False
            while chunk := calls.read(one, _CHUNK_BYTES):
                if calls.read(other, len(chunk)) != chunk:
                    return False
            return not calls.read(other, 1)
        finally:
            calls.close(other)
    finally:
        calls.close(one)


class TouchedFolders:
    """The folders whose names are not durable yet. Safe from several threads.

    Args:
        top: the folder all others are below.
    """

    def __init__(self, top: str) -> None:
        self._top = top
        self._known: set[str] = set()
        self._touched: set[str] = set()
        self._names, self._syncing = Lock(), Lock()

    def prepare(self, folder: str) -> None:
        """Make *folder* where it is missing, and remember that a name in it is about to change.

        The folders above are synced once a run, also where they stood there: another thread or a
        killed run may have made them a moment ago.
        """
        with self._names:
            if folder not in self._known:
                with run_trouble(folder):
                    make_folders(folder)
                self._touched |= self._above(folder)
                self._known.add(folder)
            self._touched.add(folder)

    def sync(self) -> None:
        """Return when every name made before is durable.

        A name made by `prepare`'s caller after this began may be left to the next call.
        """
        with self._syncing:  # a second caller's names may be in the first one's set
            with self._names:
                touched, self._touched = self._touched, set()
            for folder in sorted(touched):
                with run_trouble(folder):
                    sync_folder(folder)

    def _above(self, folder: str) -> set[str]:
        above = {os.path.dirname(self._top)}
        while len(folder) > len(self._top):
            folder = os.path.dirname(folder)
            above.add(folder)
        return above
