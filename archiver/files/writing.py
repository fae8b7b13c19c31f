"""Whole files: written durably, read, copied."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress

from archiver.errors import ConflictError, PictureError
from archiver.files import calls
from archiver.files.beside import new_name
from archiver.files.calls import AnyPath
from archiver.files.documents import Snapshot, take_snapshot
from archiver.files.exchange import rename_new
from archiver.files.folders import make_folders, sync_folder
from archiver.files.spool import SpoolFile, open_spool
from archiver.files.trouble import document_trouble, run_trouble, shown
from archiver.model import Download, Outcome

_CHUNK_BYTES = 1 << 20


def write_new(
    path: AnyPath, data: bytes, *, mode: int | None = None, replace: bool = False
) -> Snapshot:
    """Write a file whole and durable, with the folders above it; its snapshot.

    At every instant the file is missing, what stood there, or *data*. Nothing is written where it
    already holds *data*.

    Args:
        mode: None: that of a new file (0666 less the umask).
        replace: whether other bytes may be replaced.

    Raises:
        ConflictError: the file stands there with other bytes and *replace* is false.
        DocumentError: it cannot be written.
        DiskFullError, RunError: the disk is full or fails.
    """
    target = os.fsencode(path)
    with document_trouble(path):
        if found := _find_same(target, data):
            return found
        folder = os.path.dirname(target)
        make_folders(folder)
        temp = os.path.join(folder, new_name(os.path.basename(target)))
        snapshot = _write_temp(temp, target, data, mode)
        try:
            _put_in_place(temp, target, replace)
        except FileExistsError:
            raise ConflictError(shown(path), "stands there with other bytes") from None
        finally:
            with suppress(FileNotFoundError):
                calls.unlink(temp)
    with run_trouble(path):  # it is there by now: no error of this document
        sync_folder(folder)
    return snapshot


def _find_same(target: bytes, data: bytes) -> Snapshot | None:
    """The snapshot of *target* where it is a file that holds *data*."""
    try:
        fd = calls.open_file(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode) or not _holds(fd, data):
            return None
        return take_snapshot(fd, target, hashlib.sha256(data).hexdigest())
    finally:
        calls.close(fd)


def _holds(fd: int, data: bytes) -> bool:
    """Whether the file's bytes are *data*; it is not held beside them."""
    rest = memoryview(data)
    while part := calls.read(fd, _CHUNK_BYTES):
        if rest[: len(part)] != part:
            return False
        rest = rest[len(part) :]
    return not rest


def _write_temp(temp: bytes, target: bytes, data: bytes, mode: int | None) -> Snapshot:
    with suppress(FileNotFoundError):
        calls.unlink(temp)  # left by a killed run
    fd = calls.open_file(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        calls.write(fd, data)
        if mode is not None:
            calls.change_mode(fd, mode)
        calls.fsync(fd)
        return take_snapshot(fd, target, hashlib.sha256(data).hexdigest())
    except BaseException:
        with suppress(OSError):
            calls.unlink(temp)
        raise
    finally:
        calls.close(fd)


def _put_in_place(temp: bytes, target: bytes, replace: bool) -> None:
    if replace:
        calls.rename(temp, target)
    else:
        rename_new(temp, target)


def read_bytes(path: AnyPath) -> bytes:
    """All bytes of a file of our own.

    Raises:
        OSError: as the system says it.
    """
    fd = calls.open_file(path, os.O_RDONLY)
    try:
        return calls.read(fd, os.fstat(fd).st_size + _CHUNK_BYTES)
    finally:
        calls.close(fd)


def spool_copy(path: AnyPath, folder: str, max_bytes: int) -> Download:
    """Copy a regular file to a temporary one in *folder*, as if it had been downloaded.

    Raises:
        FileNotFoundError, OSError: it cannot be read.
        PictureError: it is no regular file, or too big.
    """
    fd = calls.open_file(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise PictureError(shown(path), Outcome.NOT_IMAGE, "not a regular file")
        if found.st_size > max_bytes:
            raise PictureError(shown(path), Outcome.TOO_BIG, f"larger than {max_bytes} bytes")
        spool = open_spool(folder)
        try:
            sha256, size_bytes = _copy(fd, spool)
        except BaseException:
            spool.discard()
            raise
        spool.close()
        return Download(spool.path, sha256, size_bytes, shown(path))
    finally:
        calls.close(fd)


def _copy(fd: int, spool: SpoolFile) -> tuple[str, int]:
    digest, size_bytes = hashlib.sha256(), 0
    while chunk := calls.read(fd, _CHUNK_BYTES):
        spool.write(chunk)
        digest.update(chunk)
        size_bytes += len(chunk)
    return digest.hexdigest(), size_bytes
