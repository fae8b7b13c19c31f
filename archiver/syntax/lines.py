"""Where bytes of a file stand, for a person."""

from __future__ import annotations


class Lines:
    """Lines and columns of byte offsets, in one pass where the offsets ascend.

    >>> lines = Lines(b"ab\\ncd")
    >>> lines.find(4), lines.find(1)
    ((2, 2), (1, 2))
    """

    __slots__ = ("_data", "_line", "_offset", "_start")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset, self._line, self._start = 0, 1, 0

    def find(self, offset: int) -> tuple[int, int]:
        """Line and column of *offset*, both from 1; columns count bytes."""
        if offset < self._offset:
            self._offset, self._line, self._start = 0, 1, 0
        self._line += self._data.count(b"\n", self._offset, offset)
        self._start = max(self._start, self._data.rfind(b"\n", self._offset, offset) + 1)
        self._offset = offset
        return self._line, offset - self._start + 1
