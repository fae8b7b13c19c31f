"""PNG and APNG (W3C PNG, third edition): chunks with their checksums, from IHDR to IEND."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import islice

from archiver.imaging.structure.found import Structure
from archiver.imaging.structure.png_colour import find_profile
from archiver.imaging.structure.png_kept import Chunk, keep

_MAX_CHUNKS = 50_000  # half a second of walking; encoders cut pixel data every 8 kB or more


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
    profile = find_profile(data, chunks)
    kept = keep(data, chunks, bool(defect), has_profile=profile is None)
    return Structure(kept, width, height, frames, defect, profile=profile or b"")


def _read_chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks that are there in full, to IEND."""
    view, at = memoryview(data), 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(view[at : at + 4], "big")
        if end > len(data):
            return
        name = bytes(view[at + 4 : at + 8])
        checksum = int.from_bytes(view[end - 4 : end], "big")
        is_sound = zlib.crc32(view[at + 4 : end - 4]) == checksum
        yield Chunk(name, at, end, view[at + 8 : end - 4], is_sound)
        if name == b"IEND":
            return
        at = end


def _read_size(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR":
        return 0, 0
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _read_frames(chunk: Chunk) -> int:
    return max(1, int.from_bytes(chunk.body[:4], "big"))
