"""ICO and CUR: a directory of bitmaps, each a BMP without its file header or a whole PNG."""

from __future__ import annotations

from archiver.imaging.structure.found import Structure


def walk(data: bytes) -> Structure:
    """Whole when every picture of the directory ends inside the file."""
    width = height = 0
    count = int.from_bytes(data[4:6], "little")
    is_whole = len(data) >= 6 + 16 * count
    for at in range(6, min(6 + 16 * count, len(data) - 15), 16):
        size = int.from_bytes(data[at + 8 : at + 12], "little")
        start = int.from_bytes(data[at + 12 : at + 16], "little")
        is_whole = is_whole and start + size <= len(data)
        entry = _read_size(data[start : start + 24], data[at : at + 2])
        width, height = max((width, height), entry, key=lambda pair: pair[0] * pair[1])
    return Structure(data, width, height, defect="" if is_whole else "truncated")


def _read_size(head: bytes, sides: bytes) -> tuple[int, int]:
    """Size of an entry: from the PNG in it, whose header may ask for more than the directory."""
    if head[:4] == b"\x89PNG":
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    return sides[0] or 256, sides[1] or 256
