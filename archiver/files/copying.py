"""A file that is only carried along: a style sheet or a download beside the documents."""

from __future__ import annotations

import os
from contextlib import suppress

from archiver.files import calls
from archiver.files.beside import new_name
from archiver.files.calls import AnyPath
from archiver.files.folders import make_folders, sync_folder
from archiver.files.trouble import document_trouble

_CHUNK_BYTES = 1 << 20


def copy_file(source: AnyPath, target: AnyPath) -> bool:
    """Copy a regular file with its modification time; whether it was needed.

    A target of the same size and time is the copy of an earlier run, a newer one holds what a
    person wrote there: both stay.

    Raises:
        DocumentError: it cannot be read or written.
        DiskFullError, RunError: the disk is full or fails.
    """
    path = os.fsencode(target)
    with document_trouble(source):
        fd = calls.open_file(source, os.O_RDONLY | os.O_NONBLOCK)
        try:
            found = os.fstat(fd)
            if _is_current(path, found):
                return False
            folder = os.path.dirname(path)
            make_folders(folder)
            temp = os.path.join(folder, new_name(os.path.basename(path)))
            _write_temp(fd, temp, found)
            calls.rename(temp, path)
            sync_folder(folder)
        finally:
            calls.close(fd)
    return True


def _is_current(target: bytes, source: os.stat_result) -> bool:
    try:
        found = os.stat(target, follow_symlinks=False)
    except FileNotFoundError:
        return False
    is_same = (found.st_size, found.st_mtime_ns) == (source.st_size, source.st_mtime_ns)
    return is_same or found.st_mtime_ns > source.st_mtime_ns


def _write_temp(fd: int, temp: bytes, source: os.stat_result) -> None:
    with suppress(FileNotFoundError):
        calls.unlink(temp)  # left by a killed run
    out = calls.open_file(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, source.st_mode & 0o777)
    try:
        while chunk := calls.read(fd, _CHUNK_BYTES):
            calls.write(out, chunk)
        calls.change_times(out, source.st_mtime_ns)
        calls.fsync(out)
    except BaseException:
        with suppress(OSError):
            calls.unlink(temp)
        raise
    finally:
        calls.close(out)
