"""Put new bytes in place of a document, without losing what a person saves meanwhile.

The new bytes are written beside it, then the two files are swapped in one step, then the bytes
that came out are compared with those that were read. If they differ, a person saved in between:
the files are swapped back. A plain rename would lose that save.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import replace

from archiver.errors import ConflictError, DocumentError
from archiver.files import calls
from archiver.files.beside import (
    READ_FLAGS,
    Place,
    holds,
    is_same,
    open_regular,
    read_named,
    temp_names,
)
from archiver.files.calls import AnyPath
from archiver.files.conflicts import keep_conflict, read_again
from archiver.files.documents import Snapshot, take_snapshot, why_not_writable
from archiver.files.exchange import CANNOT_EXCHANGE, exchange
from archiver.files.folders import open_folder
from archiver.files.late import LateWrites
from archiver.files.metadata import copy_metadata
from archiver.files.trouble import document_trouble, run_trouble, shown


def rewrite_document(
    path: AnyPath,
    expected: Snapshot,
    new: bytes,
    *,
    run_id: str,
    conflicts: str,
    late: LateWrites | None = None,
    mtime_ns: int | None = None,
) -> Snapshot:
    """Put *new* in place of the document; the snapshot of what stands there now.

    Mode, owner, access list and extended attributes are kept; the file is a new inode. The
    document is durable on return.

    Args:
        path: the document as the user knows it, for messages; `expected.path` is rewritten.
        expected: of the bytes that *new* was made from.
        run_id: becomes part of the temporary name.
        conflicts: folder for bytes of a person that are not in the document's place.
        late: takes the swapped-out file, to look at it once more.
        mtime_ns: the new modification time; None: now.

    Raises:
        ConflictError: the document changed; it holds what the person saved.
        DocumentError: it cannot be rewritten; nothing changed.
        DiskFullError, RunError: the disk is full or fails; the document is old or new, never mixed.
    """
    if reason := why_not_writable(expected):
        raise DocumentError(shown(path), reason)
    folder, name = os.path.split(expected.path)
    with document_trouble(path), open_folder(folder) as fd:
        place = Place(fd, name, *temp_names(name, run_id), shown(path))
        old = _open_old(place, expected)
        kept = False
        try:
            written = _write_temp(place, old, expected, new, mtime_ns)
            _check_again(place, expected)
            out = _swap_in(place)
            with run_trouble(path):  # it is new by now: whose error this is, the next run finds out
                _finish_swap(place, out, expected, written, conflicts, late)
                kept = late is not None
                if late is not None:
                    late.keep(old, expected)
                return _look(place, expected.path, written.sha256)
        finally:
            if not kept:
                calls.close(old)


def _open_old(place: Place, expected: Snapshot) -> int:
    """The document, open; it must still be the file that was read."""
    try:
        fd = calls.open_file(place.name, READ_FLAGS, folder=place.folder)
    except FileNotFoundError:
        raise ConflictError(place.shown, "removed during the run") from None
    if is_same(fd, expected):
        return fd
    calls.close(fd)
    raise ConflictError(place.shown, "changed during the run")


def _write_temp(
    place: Place, old: int, expected: Snapshot, new: bytes, mtime_ns: int | None
) -> Snapshot:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    fd = calls.open_file(place.temp, flags, folder=place.folder)
    try:
        calls.write(fd, new)
        copy_metadata(old, fd, expected)
        if mtime_ns is not None:
            calls.change_times(fd, mtime_ns)
        calls.fsync(fd)
        return take_snapshot(fd, expected.path, hashlib.sha256(new).hexdigest())
    except BaseException:
        with suppress(OSError):
            calls.unlink(place.temp, place.folder)
        raise
    finally:
        calls.close(fd)


def _check_again(place: Place, expected: Snapshot) -> None:
    """Refuse the swap of a document that changed while its new bytes went to the disk.

    Almost every save in between ends here, before anything of it is touched.
    """
    if holds(place, place.name, expected):
        return
    calls.unlink(place.temp, place.folder)
    raise ConflictError(place.shown, "changed during the run")


def _finish_swap(
    place: Place,
    out: bytes,
    expected: Snapshot,
    written: Snapshot,
    conflicts: str,
    late: LateWrites | None,
) -> None:
    """Remove what came out; swap back where that was not what it should be.

    Args:
        out: the name that the old file has now.
    """
    if holds(place, out, expected):
        calls.unlink(out, place.folder)
        calls.fsync(place.folder)  # after the unlink, or a power cut brings the name back
        return
    saved = read_named(place, out)
    _swap_back(place, out)
    # Someone who read our version in between may save over theirs: no call compares and swaps.
    if saved:
        keep_conflict(conflicts, written.path, saved)
    _take_out(place, written, conflicts, late)
    calls.fsync(place.folder)
    raise ConflictError(place.shown, "saved by someone during the rewrite")


def _swap_in(place: Place) -> bytes:
    """Swap; the name that the old file has now."""
    try:
        exchange(place.temp, place.name, place.folder)
        return place.temp
    except OSError as error:
        if error.errno in CANNOT_EXCHANGE:
            return _replace(place)
        with suppress(OSError):
            calls.unlink(place.temp, place.folder)
        raise


def _replace(place: Place) -> bytes:
    """Without an exchange: a second name keeps the old file, a rename replaces the first.

    The smaller promise: a save by rename between the two calls is lost.
    """
    try:
        calls.link(place.name, place.old, place.folder)
        calls.rename(place.temp, place.name, place.folder)
    except OSError:
        for name in (place.temp, place.old):
            with suppress(OSError):
                calls.unlink(name, place.folder)
        raise
    return place.old


def _swap_back(place: Place, out: bytes) -> None:
    """Give the person's file its name back; what stood there meanwhile is then the temporary."""
    with suppress(FileNotFoundError):  # removed meanwhile: what came out is the temporary
        if out == place.temp:
            exchange(place.temp, place.name, place.folder)
        else:
            calls.link(place.name, place.temp, place.folder)
    if out != place.temp:
        calls.rename(out, place.name, place.folder)


def _take_out(place: Place, written: Snapshot, conflicts: str, late: LateWrites | None) -> None:
    """Remove the temporary file; what a person wrote into it is kept, also what comes late."""
    fd = open_regular(place, place.temp)
    if fd is None:
        return
    data = read_again(fd)
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != written.sha256:
        keep_conflict(conflicts, written.path, data)
    calls.unlink(place.temp, place.folder)
    if late is None:
        calls.close(fd)
    else:
        late.keep(fd, replace(written, sha256=sha256))


def _look(place: Place, path: bytes, sha256: str) -> Snapshot:
    fd = calls.open_file(place.name, os.O_RDONLY | os.O_NOFOLLOW, folder=place.folder)
    try:
        return take_snapshot(fd, path, sha256)
    finally:
        calls.close(fd)
