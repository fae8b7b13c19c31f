"""Put new bytes in place of a document, without losing what a person saves meanwhile.

The new bytes are written beside it, then the two files are swapped in one step, then the bytes
that came out are compared with those that were read. If they differ, a person saved in between:
the files are swapped back. A plain rename would lose that save.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass

from archiver.errors import ConflictError, DocumentError
from archiver.files import calls
from archiver.files.calls import AnyPath
from archiver.files.conflicts import LateWrites, keep_conflict, read_again
from archiver.files.documents import Snapshot, take_snapshot, why_not_writable
from archiver.files.exchange import CANNOT_EXCHANGE, exchange
from archiver.files.folders import open_folder
from archiver.files.metadata import copy_metadata
from archiver.files.trouble import document_trouble, shown


@dataclass(frozen=True, slots=True)
class _Place:
    """The names of the document and of the temporary files in the open *folder*."""

    folder: int
    name: bytes
    temp: bytes
    old: bytes
    shown: str


def temp_names(name: bytes, run_id: str) -> tuple[bytes, bytes]:
    """The names of the temporary files beside the document *name*: for the new bytes, and for the
    old ones where there is no exchange. Repair finds them again by these."""
    stem = b".%s.%s.arch" % (hashlib.sha256(name).hexdigest()[:16].encode(), run_id.encode())
    return stem + b"~", stem + b".old~"


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
        place = _Place(fd, name, *temp_names(name, run_id), shown(path))
        old = _open_old(place, expected)
        kept = False
        try:
            written = _write_temp(place, old, expected, new, mtime_ns)
            _swap(place, expected, written, conflicts)
            kept = late is not None
            if late is not None:
                late.keep(old, expected)
            return _look(place, expected.path, written.sha256)
        finally:
            if not kept:
                calls.close(old)


def _open_old(place: _Place, expected: Snapshot) -> int:
    """The document, open; it must still be the file that was read."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        fd = calls.open_file(place.name, flags, folder=place.folder)
    except FileNotFoundError:
        raise ConflictError(place.shown, "removed during the run") from None
    if _is_same(fd, expected):
        return fd
    calls.close(fd)
    raise ConflictError(place.shown, "changed during the run")


def _is_same(fd: int, expected: Snapshot) -> bool:
    """Whether an open file is the one of the snapshot, with the same bytes."""
    found = os.fstat(fd)
    return (found.st_dev, found.st_ino, found.st_size) == (
        expected.device, expected.inode, expected.size_bytes,
    ) and hashlib.sha256(read_again(fd)).hexdigest() == expected.sha256  # fmt: skip


def _write_temp(
    place: _Place, old: int, expected: Snapshot, new: bytes, mtime_ns: int | None
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


def _swap(place: _Place, expected: Snapshot, written: Snapshot, conflicts: str) -> None:
    """Swap the temporary file in; take it back where the document was not what it should be."""
    out = _swap_in(place)
    if _holds(place, out, expected):
        calls.unlink(out, place.folder)
        calls.fsync(place.folder)  # after the unlink, or a power cut brings the name back
        return
    _swap_back(place, out, written, conflicts)
    calls.fsync(place.folder)
    raise ConflictError(place.shown, "saved by someone during the rewrite")


def _swap_in(place: _Place) -> bytes:
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


def _replace(place: _Place) -> bytes:
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


def _swap_back(place: _Place, out: bytes, written: Snapshot, conflicts: str) -> None:
    """Give the person's file its name back; what then comes out is ours, else it is kept."""
    with suppress(FileNotFoundError):  # removed meanwhile
        if out == place.temp:
            exchange(place.temp, place.name, place.folder)
        else:
            calls.link(place.name, place.temp, place.folder)
    if out != place.temp:
        calls.rename(out, place.name, place.folder)
    if not _holds(place, place.temp, written):
        _keep(place, written.path, conflicts)
    with suppress(FileNotFoundError):
        calls.unlink(place.temp, place.folder)


def _keep(place: _Place, path: bytes, conflicts: str) -> None:
    try:
        fd = calls.open_file(place.temp, os.O_RDONLY | os.O_NOFOLLOW, folder=place.folder)
    except FileNotFoundError:
        return
    try:
        keep_conflict(conflicts, path, read_again(fd))
    finally:
        calls.close(fd)


def _holds(place: _Place, name: bytes, expected: Snapshot) -> bool:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        fd = calls.open_file(name, flags, folder=place.folder)
    except OSError:
        return False
    try:
        return _is_same(fd, expected)
    finally:
        calls.close(fd)


def _look(place: _Place, path: bytes, sha256: str) -> Snapshot:
    fd = calls.open_file(place.name, os.O_RDONLY | os.O_NOFOLLOW, folder=place.folder)
    try:
        return take_snapshot(fd, path, sha256)
    finally:
        calls.close(fd)
