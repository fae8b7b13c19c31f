"""A document and the temporary files beside it, by name in an open folder."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass

from archiver.files import calls
from archiver.files.conflicts import read_again
from archiver.files.documents import Snapshot

# A pipe would be waited for; a link is not what was read.
READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Place:
    """The names of the document and of its temporary files in the open `folder`.

    Attributes:
        temp: holds the new bytes, after the exchange the old ones.
        old: a second name of the old file, where there is no exchange.
        shown: the document as the user knows it.
    """

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


def new_name(name: bytes) -> bytes:
    """The name of the temporary file for a file *name* that is written whole: the same for the
    same file, so that the next run takes away what a killed one left."""
    return b".%s.new.arch~" % hashlib.sha256(name).hexdigest()[:16].encode()


def open_regular(place: Place, name: bytes) -> int | None:
    """A regular file of the folder, open; None where there is none."""
    try:
        fd = calls.open_file(name, READ_FLAGS, folder=place.folder)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    calls.close(fd)
    return None


def read_named(place: Place, name: bytes) -> bytes:
    """The bytes of a regular file of the folder; none where there is none."""
    fd = open_regular(place, name)
    if fd is None:
        return b""
    try:
        return read_again(fd)
    finally:
        calls.close(fd)


def holds(place: Place, name: bytes, expected: Snapshot) -> bool:
    """Whether a name of the folder is the file of the snapshot, with the same bytes."""
    fd = open_regular(place, name)
    if fd is None:
        return False
    try:
        return is_same(fd, expected)
    finally:
        calls.close(fd)


def is_same(fd: int, expected: Snapshot) -> bool:
    """Whether an open file is the one of the snapshot, with the same bytes."""
    found = os.fstat(fd)
    file = (expected.device, expected.inode, expected.size_bytes)
    if (found.st_dev, found.st_ino, found.st_size) != file:
        return False
    return hashlib.sha256(read_again(fd)).hexdigest() == expected.sha256
