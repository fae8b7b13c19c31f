"""Where a byte of a file stands, for a person."""

from __future__ import annotations


def position(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column of a byte offset, both from 1; columns count bytes.

    >>> position(b"ab\\ncd", 4)
    (2, 2)
    """
    before = data[:offset]
    return before.count(b"\n") + 1, offset - (before.rfind(b"\n") + 1) + 1
