"""Box files: AVIF and HEIC (ISO/IEC 14496-12), JPEG 2000 (15444-1), JPEG XL (18181-2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.imaging.colour_space import build_profile, find_space
from archiver.imaging.structure.found import Structure

_MAX_BOXES = 10_000  # there are about five; JPEG XL may have a few hundred
_END_OF_CODESTREAM = b"\xff\xd9"
# The top-level boxes there are; what stands after them under another name is no box.
_NAMES = {b"ftyp", b"styp", b"meta", b"moov", b"moof", b"mfra", b"mdat", b"idat", b"uuid", b"jumb"}
_NAMES |= {b"free", b"skip", b"wide", b"pdin", b"prft", b"sidx", b"ssix", b"emsg"}
_NAMES |= {b"jxlc", b"jxlp", b"jxll", b"jxli", b"jbrd", b"jhgm", b"brob", b"Exif", b"xml "}


def walk(data: bytes) -> Structure:
    """Walk the boxes of an AVIF or HEIC; whole when there is a picture and no box is cut off.

    As elsewhere, whatever follows the picture is no concern.
    """
    boxes = list(_read_boxes(data))
    names = {name for name, _, _ in boxes}
    has_picture = b"moov" in names or (b"meta" in names and (b"mdat" in names or b"idat" in data))
    is_whole = has_picture and not _is_cut(boxes, data)
    width, height = _read_extents(data)
    defect = "" if is_whole else "truncated"
    return Structure(data, width, height, defect=defect, profile=_read_colours(data))


def walk_jp2(data: bytes) -> Structure:
    """Walk a JP2; whole when its codestream box is there and ends with EOC."""
    for name, start, end in _read_boxes(data):
        if name == b"jp2c" and start < len(data):
            found = walk_codestream(data[start : min(end, len(data))])
            defect = found.defect if end <= len(data) else "truncated"
            return Structure(data, found.width_px, found.height_px, defect=defect)
    return Structure(data, defect="truncated")


def walk_codestream(data: bytes) -> Structure:
    """A JPEG 2000 codestream is whole when EOC ends it (trailing zeros forgiven)."""
    right, bottom, left, top = (int.from_bytes(data[at : at + 4], "big") for at in (8, 12, 16, 20))
    is_whole = data.rstrip(b"\0").endswith(_END_OF_CODESTREAM)
    defect = "" if is_whole else "truncated"
    return Structure(data, max(0, right - left), max(0, bottom - top), defect=defect)


def walk_jxl(data: bytes) -> Structure:
    """Walk a JPEG XL container; a bare codestream says nothing without a decoder."""
    if data[:2] == b"\xff\x0a":
        return Structure(data)
    boxes = list(_read_boxes(data))
    has_end = any(
        name == b"jxlc" or _is_last_part(name, data[at : at + 1]) for name, at, _ in boxes
    )
    is_whole = has_end and not _is_cut(boxes, data)
    return Structure(data, defect="" if is_whole else "truncated")


def _is_last_part(name: bytes, start: bytes) -> bool:
    """Whether this is a part of a JPEG XL codestream, and says that it is the last."""
    return name == b"jxlp" and start >= b"\x80"


def _is_cut(boxes: list[tuple[bytes, int, int]], data: bytes) -> bool:
    return any(end > len(data) for name, _, end in boxes if name in _NAMES)


def _read_boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start of the content and end of each top-level box; the end may lie beyond *data*."""
    at = 0
    for _ in range(_MAX_BOXES):
        if at + 8 > len(data):
            return
        size, name, start = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
        if size == 1:
            size, start = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        end = at + size if size else len(data)
        if end < start or not name.isascii():
            return
        yield name, start, end
        at = end


def _read_extents(data: bytes) -> tuple[int, int]:
    """The largest `ispe` (image spatial extents) of the file; the grid of tiles has it."""
    largest = (0, 0)
    for found in re.finditer(rb"\0\0\0\x14ispe\0\0\0\0(.{8})", data[: 2**20], re.DOTALL):
        size = int.from_bytes(found[1][:4], "big"), int.from_bytes(found[1][4:], "big")
        largest = max(largest, size, key=lambda pair: pair[0] * pair[1])
    return largest


def _read_colours(data: bytes) -> bytes:
    """The profile of the `colr` boxes that tell colours in numbers, where they all agree."""
    told = set(re.findall(rb"colrnclx(.{4})", data[: 2**20], re.DOTALL))
    if len(told) != 1:
        return b""
    codes = told.pop()
    space = find_space(int.from_bytes(codes[:2], "big"), int.from_bytes(codes[2:], "big"))
    return build_profile(space) if space else b""
