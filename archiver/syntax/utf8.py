"""From offsets in UTF-8 bytes to offsets in characters, for parsers that count bytes."""

from __future__ import annotations

from collections.abc import Callable

_STEP = 4096  # bytes between two checkpoints
_CONTINUATION = bytes(range(0x80, 0xC0))


def character_counter(text: str) -> Callable[[int], int]:
    """A function that tells how many characters of *text* stand before a byte of its UTF-8 form.

    >>> character_counter("né!")(3)
    2
    """
    if text.isascii():
        return int
    data = text.encode()
    checkpoints = [0]

    def count(offset: int) -> int:
        step = offset // _STEP
        while len(checkpoints) <= step:
            done = (len(checkpoints) - 1) * _STEP
            checkpoints.append(checkpoints[-1] + _begun(data[done : done + _STEP]))
        return checkpoints[step] + _begun(data[step * _STEP : offset])

    return count


def _begun(data: bytes) -> int:
    """How many characters begin in *data*."""
    return len(data.translate(None, _CONTINUATION))
