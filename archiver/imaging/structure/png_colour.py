"""The colours of a PNG by the chunk that has the say (W3C PNG, third edition, 4.3, table 1):
cICP before iCCP before sRGB before gAMA and cHRM. Pillow heeds iCCP only.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from itertools import takewhile

from archiver.imaging.colour_space import SRGB, ColourSpace, build_profile, find_space
from archiver.imaging.structure.png_kept import Chunk, is_small_profile

_LENGTHS = {b"cICP": 4, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32}  # bytes
_GRAYS = {b"\0", b"\4"}  # colour types


def find_profile(data: bytes, chunks: Sequence[Chunk]) -> bytes | None:
    """The profile of colours told in numbers; None where iCCP has the say, or nothing.

    b"" is sRGB told in numbers: where that is cICP, iCCP must not be heeded.
    """
    head = [c for c in takewhile(lambda chunk: chunk.name != b"IDAT", chunks) if c.is_sound]
    told = {c.name: c.body for c in reversed(head) if len(c.body) == _LENGTHS.get(c.name)}
    space = _read_cicp(told)
    if space is None:
        has_profile = any(c.name == b"iCCP" and is_small_profile(c.body) for c in head)
        space = None if has_profile or b"sRGB" in told else _read_gamma(told)
    return None if space is None else build_profile(space, is_gray=data[25:26] in _GRAYS)


def _read_cicp(told: Mapping[bytes, memoryview]) -> ColourSpace | None:
    codes = told.get(b"cICP", b"\0\0")
    return find_space(codes[0], codes[1])


def _read_gamma(told: Mapping[bytes, memoryview]) -> ColourSpace | None:
    """gAMA, and the primaries of cHRM if there are any; cHRM alone is not heeded by browsers."""
    gamma = int.from_bytes(told.get(b"gAMA", b""), "big")
    if not gamma:
        return None
    exponent = 100_000 / gamma
    if b"cHRM" not in told:
        return ColourSpace(SRGB.red, SRGB.green, SRGB.blue, exponent=exponent)
    numbers = [value / 100_000 for value in struct.unpack(">8I", told[b"cHRM"])]
    white, red, green, blue = zip(numbers[::2], numbers[1::2], strict=True)
    return ColourSpace(red, green, blue, white, exponent)
