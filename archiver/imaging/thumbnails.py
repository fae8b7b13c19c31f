"""Thumbnails of a decoded picture: resized, turned, in sRGB, encoded.

Resizing is LANCZOS. Where much is to be shrunk, pixels are first averaged in blocks, which is
cheap: down to 2.5 times the thumbnail, where photographs keep 48 dB (PSNR) against LANCZOS of the
full decode. At 1.7 times the sharpest would keep 42 dB. A JPEG decoded at half size loses as much
as averaging, and 5 dB more where colour is strong and stored at half size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PIL import Image

from archiver.imaging.colour import flatten, to_srgb
from archiver.imaging.decode import Decoded
from archiver.imaging.geometry import TURNED, WHOLE, Target

_T = TypeVar("_T")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_CHAIN_SCALE = 2  # a thumbnail is made from a larger one that is at least so many times its size
_LEFT_TO_LANCZOS = 2.5  # times the thumbnail's size
_HASH_SIDE_PX = 64


def shrink_all(decoded: Decoded, targets: Sequence[Target]) -> dict[Target, Image.Image]:
    """The small pictures, made from the largest down; smaller ones from larger ones."""
    sources, made = [decoded], {}
    for target in sorted(targets, key=lambda each: each.scale):
        source = next(
            each for each in reversed(sources) if each is decoded or _serves(each, target)
        )
        made[target] = shrink(source, target)
        if target.shown == WHOLE:
            sources.append(Decoded(made[target], made[target].size))
    return made


def _serves(source: Decoded, target: Target) -> bool:
    return all(
        have >= _CHAIN_SCALE * want
        for have, want in zip(source.extent, target.whole_size, strict=True)
    )


def shrink(source: Decoded, target: Target) -> Image.Image:
    """The picture at the target's size, turned and in sRGB: L, LA, RGB or RGBA."""
    is_turned = source.orientation in TURNED
    size, shown = (target.width_px, target.height_px), target.shown
    small = _resize(source, _swap(size, is_turned), _swap(shown, is_turned))
    return finish(small, source)


def finish(small: Image.Image, source: Decoded) -> Image.Image:
    """*small* as it is seen: turned as *source* must be, in sRGB."""
    turn = _TURNS.get(source.orientation)
    return to_srgb(small if turn is None else small.transpose(turn), source.profile)


def _swap(pair: tuple[_T, _T], is_turned: bool) -> tuple[_T, _T]:
    return (pair[1], pair[0]) if is_turned else pair


def _resize(source: Decoded, size: tuple[int, int], shown: tuple[float, float]) -> Image.Image:
    """The middle part of *source* that is *shown*, at *size*."""
    image, (width, height) = source.image, source.extent
    scales = width * shown[0] / size[0], height * shown[1] / size[1]
    blocks = max(1, int(scales[0] / _LEFT_TO_LANCZOS)), max(1, int(scales[1] / _LEFT_TO_LANCZOS))
    if blocks != (1, 1):
        image = image.reduce(blocks)
        width, height = width / blocks[0], height / blocks[1]
    left, top = width * (1 - shown[0]) / 2, height * (1 - shown[1]) / 2
    box = (left, top, min(width - left, image.width), min(height - top, image.height))
    return image.resize(size, Image.Resampling.LANCZOS, box=box)


def hash_difference(picture: Image.Image) -> str:
    """Difference hash of *picture* (as `finish` gives it): 16 hex digits, similar for similar ones.

    Gray, 9 columns and 8 rows; a bit is set where a pixel is darker than its right neighbour; rows
    from the top, most significant first.
    """
    gray = flatten(picture, "#ffffff").convert("L")
    pixels = gray.resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for at in range(72):
        if at % 9 < 8:
            bits = bits << 1 | (pixels[at] < pixels[at + 1])
    return f"{bits:016x}"


def shrink_for_hash(decoded: Decoded) -> Image.Image:
    """A small turned picture where no thumbnail is there to be hashed."""
    width, height = decoded.extent
    scale = max(1.0, max(width, height) / _HASH_SIDE_PX)
    size = max(1, round(width / scale)), max(1, round(height / scale))
    return finish(_resize(decoded, size, WHOLE), decoded)
