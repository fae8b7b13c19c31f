"""GIF (GIF89a specification): blocks from the header to the trailer."""

from __future__ import annotations

from archiver.imaging.structure.found import Structure

_MAX_SUB_BLOCKS = 1_000_000  # 255 MB of full ones; about a second of walking
_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B


def walk(data: bytes) -> Structure:
    """Walk the blocks; whole when the trailer comes after a frame.

    The canvas is the logical screen or what frames reach beyond it, since decoders enlarge it.
    """
    width, height = _read_pair(data, 6)
    at = 13 + _table_bytes(data[10:11])
    frames = visited = 0
    while at < len(data):
        kind = data[at]
        if kind == _TRAILER:
            return Structure(data, width, height, max(1, frames), "" if frames else "truncated")
        if kind == _IMAGE:
            frames += 1
            width, height = _reach(data, at, width, height)
            at += 11 + _table_bytes(data[at + 9 : at + 10])
        elif kind == _EXTENSION:
            at += 2
        else:
            return Structure(data, width, height, max(1, frames), "block")
        at, count = _skip_sub_blocks(data, at)
        visited += count
        if visited > _MAX_SUB_BLOCKS:
            return Structure(data, width, height, max(1, frames), danger="blocks")
    return Structure(data, width, height, max(1, frames), "truncated")


def _skip_sub_blocks(data: bytes, at: int) -> tuple[int, int]:
    """The place after the sub-blocks that begin at *at*, and how many they are."""
    count, end = 0, len(data)
    while at < end and (size := data[at]) and count <= _MAX_SUB_BLOCKS:
        at += 1 + size
        count += 1
    return at + 1, count


def _reach(data: bytes, at: int, width: int, height: int) -> tuple[int, int]:
    left, top = _read_pair(data, at + 1)
    frame_width, frame_height = _read_pair(data, at + 5)
    return max(width, left + frame_width), max(height, top + frame_height)


def _read_pair(data: bytes, at: int) -> tuple[int, int]:
    return (
        int.from_bytes(data[at : at + 2], "little"),
        int.from_bytes(data[at + 2 : at + 4], "little"),
    )


def _table_bytes(flags: bytes) -> int:
    """Size of the colour table that a packed flags byte announces."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0
