"""Read a document, and remember what it was."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass

from archiver.errors import DocumentError
from archiver.files import calls
from archiver.files.calls import AnyPath
from archiver.files.trouble import document_trouble, shown

MAX_DOCUMENT_BYTES = 50 * 2**20  # nobody writes more by hand; a parser needs many times as much
_PART_BYTES = 1 << 20

# O_NONBLOCK: opening a FIFO would wait for its writer for ever.
_READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a file was when it was read or written.

    Attributes:
        path: the file itself: where a link named it, its target.
        device, inode: which file it is, whatever its name.
        mtime_ns: nanoseconds since 1970.
        mode, uid, gid, links: as stat(2) tells them.
        sha256: hex digest of its bytes.
    """

    path: bytes
    device: int
    inode: int
    size_bytes: int
    mtime_ns: int
    mode: int
    uid: int
    gid: int
    links: int
    sha256: str


def read_document(
    path: AnyPath, root: AnyPath | None = None, limit_bytes: int = MAX_DOCUMENT_BYTES
) -> tuple[bytes, Snapshot]:
    """The bytes of a regular file, and its snapshot.

    Args:
        root: where given, a symbolic link is followed to a file below this folder; without it a
            link is refused.

    Raises:
        DocumentError: it cannot be read, is no regular file, a link out of *root*, or too big.
    """
    with document_trouble(path):
        real = os.fsencode(path) if root is None else _resolve(path, root)
        fd = _open(path, real)
        try:
            if root is not None:
                _check_place(fd, real, path)
            return _read(fd, real, path, limit_bytes)
        finally:
            calls.close(fd)


def hash_document(path: AnyPath) -> str:
    """The hex digest of the bytes that `read_document` would give; they are not held.

    Raises:
        DocumentError: it cannot be read, is no regular file, or a link.
    """
    with document_trouble(path):
        fd = _open(path, os.fsencode(path))
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise DocumentError(shown(path), "not a regular file")
            digest = hashlib.sha256()
            while part := calls.read(fd, _PART_BYTES):
                digest.update(part)
            return digest.hexdigest()
        finally:
            calls.close(fd)


def why_not_writable(snapshot: Snapshot) -> str:
    """Why a document must not be rewritten, in the report's words; "" where it may be.

    Asked before anything is fetched for it.
    """
    if snapshot.links > 1:
        return "hardlinked"  # the swap would part it from its other names
    if not snapshot.mode & 0o222 or not _may_write(snapshot.path):
        return "read-only"
    if not os.access(os.path.dirname(snapshot.path) or b".", os.W_OK | os.X_OK):
        return "read-only folder"
    return ""


def _may_write(path: bytes) -> bool:
    return os.access(path, os.W_OK) or not os.path.lexists(path)


def take_snapshot(fd: int, path: bytes, sha256: str) -> Snapshot:
    """The snapshot of an open file whose bytes have the digest *sha256*."""
    found = os.fstat(fd)
    return Snapshot(
        path,
        found.st_dev,
        found.st_ino,
        found.st_size,
        found.st_mtime_ns,
        stat.S_IMODE(found.st_mode),
        found.st_uid,
        found.st_gid,
        found.st_nlink,
        sha256,
    )


def _open(path: AnyPath, real: bytes) -> int:
    try:
        return calls.open_file(real, _READ_FLAGS)
    except OSError:
        if os.path.islink(real):
            raise DocumentError(shown(path), "a symbolic link") from None
        raise


def _resolve(path: AnyPath, root: AnyPath) -> bytes:
    real = os.path.realpath(os.fsencode(path))
    inside = os.path.realpath(os.fsencode(root)).rstrip(b"/") + b"/"
    if not real.startswith(inside):
        raise DocumentError(shown(path), "a link out of its folder")
    return real


def _check_place(fd: int, real: bytes, path: AnyPath) -> None:
    """Refuse a file that a folder swapped for a link meanwhile put in the place of *real*."""
    with suppress(FileNotFoundError):  # no /proc: not Linux
        if os.readlink(b"/proc/self/fd/%d" % fd) != real:
            raise DocumentError(shown(path), "a link out of its folder")


def _read(fd: int, real: bytes, path: AnyPath, limit_bytes: int) -> tuple[bytes, Snapshot]:
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        raise DocumentError(shown(path), "not a regular file")
    data = calls.read(fd, limit_bytes + 1)
    if len(data) > limit_bytes:
        raise DocumentError(shown(path), f"larger than {limit_bytes} bytes")
    return data, take_snapshot(fd, real, hashlib.sha256(data).hexdigest())
