"""Text files read in parts, for a search: of any size, in bounded memory."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator

from archiver.files import calls
from archiver.files.calls import AnyPath
from archiver.files.trouble import document_trouble

_HEAD_BYTES = 4096
_PART_BYTES = 4 << 20
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, whose ASCII letters have a NUL beside them


def read_text_parts(path: AnyPath, overlap_bytes: int, is_text: bool = False) -> Iterator[bytes]:
    """The bytes of a regular file in parts, each beginning with the end of the one before.

    NULs are left out, so that ASCII in UTF-16 is found as well. Nothing of a file that is gone, is
    no regular one, or holds no text.

    Args:
        is_text: whether it is known to hold text, else a NUL in its head says that it holds none.

    Raises:
        DocumentError: it cannot be read.
        RunError: the disk fails.
    """
    with document_trouble(path):
        try:
            fd = calls.open_file(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENXIO, errno.ELOOP):
                return  # gone, a socket, a link to itself
            raise
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return
            head = calls.read(fd, _HEAD_BYTES)
            if not is_text and b"\0" in head and not head.startswith(_WIDE):
                return
            yield from _parts(fd, head, overlap_bytes)
        finally:
            calls.close(fd)


def _parts(fd: int, head: bytes, overlap_bytes: int) -> Iterator[bytes]:
    part = head.replace(b"\0", b"")
    while more := calls.read(fd, _PART_BYTES):
        part += more.replace(b"\0", b"")
        yield part
        part = part[-overlap_bytes:]
    yield part
