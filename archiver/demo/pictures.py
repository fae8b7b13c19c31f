"""The demo's pictures, drawn when they are asked for: a sky, the sea and a sun."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]

SKIES: dict[str, tuple[Colour, Colour]] = {
    "lighthouse": ((32, 60, 110), (250, 190, 120)),
    "dunes": ((120, 170, 220), (245, 225, 180)),
    "boats": ((60, 130, 170), (230, 240, 235)),
    "storm": ((30, 36, 48), (120, 130, 140)),
}


def draw(name: str, width: int, height: int, mark: str = "") -> Image.Image:
    """A landscape of that size; *mark* is written into the corner, as a watermark is."""
    top, bottom = SKIES[name]
    sky = Image.linear_gradient("L").resize((width, height))
    picture = Image.composite(
        Image.new("RGB", (width, height), bottom), Image.new("RGB", (width, height), top), sky
    )
    pen = ImageDraw.Draw(picture)
    sun = height // 8
    pen.ellipse(
        (width * 2 // 3 - sun, height // 2 - sun, width * 2 // 3 + sun, height // 2 + sun),
        fill=(255, 240, 210),
    )
    picture = picture.filter(ImageFilter.GaussianBlur(max(1, height // 200)))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, height * 3 // 5, width, height), fill=tuple(c * 2 // 3 for c in top))
    if mark:
        pen.text((width - 14, height - 14), mark, fill="white", anchor="rb", font_size=height // 14)
    return picture


def encode(picture: Image.Image, form: str) -> bytes:
    """The picture as a file: ``PNG`` or ``JPEG``."""
    target = io.BytesIO()
    picture.save(target, form, quality=88)
    return target.getvalue()
