"""Thumbnails of a drawing, where resvg is installed (the extra ``codecs``).

Only the sanitised form is drawn: resvg reads whatever file a drawing names.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from archiver.imaging.colour import normalize
from archiver.imaging.decode import Decoded, check_size
from archiver.imaging.encode import encode_rendition
from archiver.imaging.geometry import Target, plan_target
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.imaging.signatures import SVG
from archiver.imaging.structure.svg import walk
from archiver.imaging.thumbnails import shrink_all
from archiver.model import Rendition


def render_svg(
    data: bytes, settings: ImagingSettings, thumbnails: Sequence[ThumbnailSettings]
) -> tuple[Rendition, ...]:
    """The thumbnails of the drawing *data*; none where it is no larger than they are, has no size,
    cannot be drawn, or resvg is missing.

    Raises:
        Refusal: ``unsafe``, ``pixels``.
    """
    found = walk(data)
    width, height = found.width_px, found.height_px
    if not (width and height):
        return ()
    targets = [target for each in thumbnails if (target := plan_target(width, height, each))]
    drawn = _draw(data, max(targets, key=_width_of_whole), settings) if targets else None
    if drawn is None:
        return ()
    small = shrink_all(Decoded(drawn, drawn.size), targets)
    return tuple(encode_rendition([small[target]], target.settings, SVG) for target in targets)


def _width_of_whole(target: Target) -> int:
    return target.whole_size[0]


def _draw(data: bytes, largest: Target, settings: ImagingSettings) -> Image.Image | None:
    """The whole drawing at the size that the largest thumbnail needs."""
    width, height = largest.whole_size
    check_size(width, height, settings)
    try:
        from resvg_py import svg_to_bytes

        png = svg_to_bytes(
            svg_string=data.decode(),
            width=width,
            height=height,
            skip_system_fonts=b"<text" not in data,  # finding them takes 0.1 s
        )
    except (ImportError, ValueError):
        return None
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        return normalize(image)
