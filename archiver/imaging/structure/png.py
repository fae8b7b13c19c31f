"""PNG and APNG (W3C PNG, third edition): chunks with their checksums, from IHDR to IEND."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from archiver.imaging.structure.found import Structure

# What decoding needs; the rest (texts, time, private chunks) is left out of what is decoded.
_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"}
_KEPT |= {b"acTL", b"fcTL", b"fdAT", b"eXIf", b"iCCP"}
_MAX_PROFILE_BYTES = 2**20  # unpacked; above it Pillow refuses the whole file
_MAX_EXIF_BYTES = 2**16
_MAX_CHUNKS = 50_000  # half a second of walking; encoders cut pixel data every 8 kB or more


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk in the file: ``data[start:end]`` with its length and checksum fields."""

    name: bytes
    start: int
    end: int
    body: memoryview
    is_sound: bool

    @property
    def is_critical(self) -> bool:
        return self.name[:1].isupper()


def walk(data: bytes) -> Structure:
    """Walk the chunks; whole when IEND comes after IDAT and critical checksums are right.

    Ancillary chunks with a wrong checksum, and big ones that Pillow refuses, are left out.
    """
    chunks = list(islice(_read_chunks(data), _MAX_CHUNKS + 1))
    width, height = _read_size(data)
    if len(chunks) > _MAX_CHUNKS:
        return Structure(data, width, height, danger="chunks")
    names = [chunk.name for chunk in chunks]
    frames = next((_read_frames(c) for c in chunks if c.name == b"acTL"), 1)
    defect = ""
    if names[-1:] != [b"IEND"] or b"IDAT" not in names:
        defect = "truncated"
    elif not all(chunk.is_sound for chunk in chunks if chunk.is_critical or chunk.name == b"fdAT"):
        defect = "checksum"
    return Structure(_keep(data, chunks, bool(defect)), width, height, frames, defect)


def _read_chunks(data: bytes) -> Iterator[_Chunk]:
    """The chunks that are there in full, to IEND."""
    view, at = memoryview(data), 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(view[at : at + 4], "big")
        if end > len(data):
            return
        name = bytes(view[at + 4 : at + 8])
        checksum = int.from_bytes(view[end - 4 : end], "big")
        is_sound = zlib.crc32(view[at + 4 : end - 4]) == checksum
        yield _Chunk(name, at, end, view[at + 8 : end - 4], is_sound)
        if name == b"IEND":
            return
        at = end


def _read_size(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _read_frames(chunk: _Chunk) -> int:
    return max(1, int.from_bytes(chunk.body[:4], "big"))


def _keep(data: bytes, chunks: list[_Chunk], is_defect: bool) -> bytes:
    """The file without the chunks that could only harm; an incomplete one keeps its end."""
    kept = [chunk for chunk in chunks if _is_wanted(chunk)]
    if len(kept) == len(chunks):
        return data
    parts = [data[:8], *(data[chunk.start : chunk.end] for chunk in kept)]
    if is_defect and chunks:
        parts.append(data[chunks[-1].end :])
    return b"".join(parts)


def _is_wanted(chunk: _Chunk) -> bool:
    if chunk.is_critical:
        return True
    if chunk.name not in _KEPT or not chunk.is_sound:
        return False
    if chunk.name == b"eXIf":
        return len(chunk.body) <= _MAX_EXIF_BYTES
    return chunk.name != b"iCCP" or _is_small_profile(chunk.body)


def _is_small_profile(body: memoryview) -> bool:
    packed = bytes(body).partition(b"\0")[2][1:]
    try:
        profile = zlib.decompressobj().decompress(packed, _MAX_PROFILE_BYTES + 1)
    except zlib.error:
        return False
    return len(profile) <= _MAX_PROFILE_BYTES
