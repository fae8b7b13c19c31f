"""Colours told in numbers, not by a profile → the ICC profile that means the same.

Sources: ITU-T H.273 (code points of primaries and transfer), ICC.1:2022 (profiles, annex E for the
adaptation to D50), IEC 61966-2-1 (sRGB).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]
Point = tuple[float, float]  # CIE 1931 x and y

_D50: Vector = (0.9642, 1.0, 0.8249)
_D65: Point = (0.3127, 0.329)
_BRADFORD: Matrix = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_SAME = 0.002  # chromaticities of sRGB, rounded or not
_SAME_GAMMA = 0.05  # of 1/2.2, which is how writers spell sRGB's curve; libpng's threshold


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """Primaries, white, and the exponent that makes samples linear; None: sRGB's curve."""

    red: Point
    green: Point
    blue: Point
    white: Point = _D65
    exponent: float | None = None

    @property
    def points(self) -> tuple[float, ...]:
        return (*self.white, *self.red, *self.green, *self.blue)


SRGB = ColourSpace((0.64, 0.33), (0.3, 0.6), (0.15, 0.06))
_PRIMARIES = {
    1: SRGB,
    9: ColourSpace((0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),
    12: ColourSpace((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
}
# Curves of television are shown as sRGB's, as browsers do; PQ and HLG would need a tone curve.
_EXPONENTS = {1: None, 2: None, 4: 2.2, 6: None, 8: 1.0, 13: None, 14: None, 15: None}


def find_space(primaries: int, transfer: int) -> ColourSpace | None:
    """The colours of two code points of H.273; None for what has no plain profile."""
    space = _PRIMARIES.get(primaries)
    if space is None or transfer not in _EXPONENTS:
        return None
    exponent = _EXPONENTS[transfer]
    return ColourSpace(space.red, space.green, space.blue, exponent=exponent)


def build_profile(space: ColourSpace, is_gray: bool = False) -> bytes:
    """The ICC profile of *space*; b"" where that is sRGB, or no colours that there can be."""
    is_plain = space.exponent is None or abs(space.exponent / 2.2 - 1) < _SAME_GAMMA
    pairs = zip(space.points, SRGB.points, strict=True)
    if is_plain and (is_gray or all(abs(one - other) < _SAME for one, other in pairs)):
        return b""
    curve = _curve(None if is_plain else space.exponent)
    if is_gray:
        return _pack(b"GRAY", {b"wtpt": _xyz(_D50), b"kTRC": curve})
    try:
        columns = _find_columns(space)
    except ZeroDivisionError:
        return b""
    tags = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, columns), strict=True))
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _pack(b"RGB ", {b"wtpt": _xyz(_D50), **tags, **curves})


def _find_columns(space: ColourSpace) -> tuple[Vector, ...]:
    """XYZ of full red, green and blue under D50."""
    primaries = [_to_xyz(point) for point in (space.red, space.green, space.blue)]
    white = _to_xyz(space.white)
    shares = _multiply(_invert(_transpose(primaries)), white)
    source, target = _multiply(_BRADFORD, white), _multiply(_BRADFORD, _D50)
    back = _invert(_BRADFORD)
    columns = []
    for primary, share in zip(primaries, shares, strict=True):
        cones = _multiply(_BRADFORD, tuple(share * value for value in primary))
        scaled = [c * t / s for c, t, s in zip(cones, target, source, strict=True)]
        columns.append(_multiply(back, scaled))
    return tuple(columns)


def _to_xyz(point: Point) -> Vector:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _multiply(matrix: Matrix, vector: Sequence[float]) -> Vector:
    a, b, c = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return a, b, c


def _transpose(rows: Sequence[Vector]) -> Matrix:
    a, b, c = zip(*rows, strict=True)
    return a, b, c


def _invert(matrix: Matrix) -> Matrix:
    """By cross products.

    Raises:
        ZeroDivisionError: there is no inverse.
    """
    a, b, c = matrix
    columns = [_cross(b, c), _cross(c, a), _cross(a, b)]
    determinant = sum(x * y for x, y in zip(a, columns[0], strict=True))
    scaled: list[Vector] = [
        (x / determinant, y / determinant, z / determinant) for x, y, z in columns
    ]
    return _transpose(scaled)


def _cross(one: Vector, other: Vector) -> Vector:
    (a, b, c), (x, y, z) = one, other
    return b * z - c * y, c * x - a * z, a * y - b * x


def _curve(exponent: float | None) -> bytes:
    """A `para` tag: one exponent, or sRGB's curve."""
    kind, numbers = (3, _SRGB_CURVE) if exponent is None else (0, (exponent,))
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + b"".join(map(_fixed, numbers))


def _xyz(vector: Vector) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, vector))


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(max(-32768.0, min(value, 32767.0)) * 65536))


def _pack(colours: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A display profile of version 4 (7.2 and 7.3)."""
    table, body, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">I4xI4s4s4s", start + len(body), 0x04200000, b"mntr", colours, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + b"".join(map(_fixed, _D50))
    return head.ljust(128, b"\0") + table + body
