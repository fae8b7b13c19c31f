"""What of a PNG is decoded (W3C PNG, third edition, 5.6 and 11.3).

Browsers pass over an ancillary chunk that is broken, of a wrong length or where it may not stand;
Pillow would refuse the picture, or heed the chunk.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

_MAX_PROFILE_BYTES = 2**20  # unpacked; above it Pillow refuses the whole file
_MAX_EXIF_BYTES = 2**16
_MAX_NAME_BYTES = 79  # of a profile
_ANIMATION_BYTES = 8
_GRAY, _RGB, _PALETTE = 0, 2, 3  # colour types that may have a tRNS


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk in the file: ``data[start:end]`` with its length and checksum fields."""

    name: bytes
    start: int
    end: int
    body: memoryview
    is_sound: bool

    @property
    def is_critical(self) -> bool:
        return self.name[:1].isupper()


def keep(data: bytes, chunks: Sequence[Chunk], is_defect: bool, has_profile: bool = True) -> bytes:
    """The file with what decoding needs, as Pillow takes it; an incomplete one keeps its end.

    Args:
        has_profile: whether iCCP has the say over its colours.
    """
    pixels_at = next((chunk.start for chunk in chunks if chunk.name == b"IDAT"), len(data))
    kept = [chunk for chunk in chunks if _is_wanted(chunk, chunk.start < pixels_at)]
    if not has_profile:
        kept = [chunk for chunk in kept if chunk.name != b"iCCP"]
    parts = [_spell(data, chunk) for chunk in kept]
    if len(kept) == len(chunks) and not any(isinstance(part, bytes) for part in parts):
        return data
    end = data[chunks[-1].end :] if is_defect and chunks else b""
    return b"".join([data[:8], *parts, end])


def _is_wanted(chunk: Chunk, is_before_pixels: bool) -> bool:
    if chunk.is_critical:
        return True
    if not chunk.is_sound:
        return False
    match chunk.name:
        case b"tRNS":
            return is_before_pixels
        case b"iCCP":
            return is_before_pixels and is_small_profile(chunk.body)
        case b"acTL":
            return is_before_pixels and len(chunk.body) == _ANIMATION_BYTES
        case b"eXIf":
            return len(chunk.body) <= _MAX_EXIF_BYTES
    return chunk.name in (b"fcTL", b"fdAT")  # texts, time, density, private chunks are not needed


def is_small_profile(body: memoryview) -> bool:
    """Whether the body of an iCCP is one that Pillow takes."""
    name, _, rest = bytes(body).partition(b"\0")
    if not 0 < len(name) <= _MAX_NAME_BYTES or rest[:1] != b"\0":
        return False
    try:
        profile = zlib.decompressobj().decompress(rest[1:], _MAX_PROFILE_BYTES + 1)
    except zlib.error:
        return False
    return len(profile) <= _MAX_PROFILE_BYTES


def _spell(data: bytes, chunk: Chunk) -> memoryview | bytes:
    """*chunk* as it is in the file, or as bytes where Pillow needs another one, or none."""
    as_it_is = memoryview(data)[chunk.start : chunk.end]
    if chunk.name != b"tRNS":
        return as_it_is
    depth, kind = data[24:26].ljust(2, b"\0")  # of IHDR
    key = _scale_key(depth, kind, bytes(chunk.body))
    return as_it_is if key == chunk.body else _pack(b"tRNS", key) if key else b""


def _scale_key(depth: int, kind: int, key: bytes) -> bytes:
    """What is transparent, in samples as Pillow has them; b"" for nothing.

    Pillow stretches samples of 2 and 4 bits to 8, and cuts colours of 16 bits to their upper
    ones, so that what is within a 256th of the transparent colour becomes transparent, too.
    """
    if kind == _RGB and len(key) >= 6:
        return b"".join(b"\0" + key[at : at + 1] for at in (0, 2, 4)) if depth == 16 else key
    if kind == _GRAY and len(key) >= 2:
        value, white = int.from_bytes(key[:2], "big"), 2**depth - 1
        if depth >= 8:
            return key
        return struct.pack(">H", value * 255 // white) if value <= white > 0 else b""
    return key if kind == _PALETTE else b""


def _pack(name: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)
