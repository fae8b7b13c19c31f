"""Landscapes drawn from a number: pictures that a person can tell apart."""

from __future__ import annotations

import colorsys
import math
import random

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]


def landscape(seed: int, size: tuple[int, int], mark: str = "") -> Image.Image:
    """A sky, a sun, hills behind hills; *mark* stands in the corner, as a watermark does."""
    source = random.Random(seed)
    (width, height), hue = size, source.random()
    picture = _sky(source, size, hue)
    _sun(source, picture)
    layers = 3 + source.randrange(3)
    for layer in range(layers):
        depth = (layer + 1) / layers
        colour = _colour(hue + 0.08 * depth, 0.25 + 0.4 * depth, 0.75 - 0.6 * depth)
        _hill(source, picture, height * (0.42 + 0.5 * depth * 0.9), colour)
    if mark:
        pen = ImageDraw.Draw(picture)
        pen.text((width * 0.97, height * 0.96), mark, fill="white", anchor="rb",
                 font_size=max(9, height // 12))  # fmt: skip
    return picture


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, min(1, saturation), max(0, min(1, value)))
    return round(red * 255), round(green * 255), round(blue * 255)


def _sky(source: random.Random, size: tuple[int, int], hue: float) -> Image.Image:
    top = _colour(hue, 0.35 + source.random() * 0.4, 0.35 + source.random() * 0.5)
    bottom = _colour(hue + source.uniform(0.3, 0.6), 0.15 + source.random() * 0.35, 0.97)
    ramp = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), ramp)


def _sun(source: random.Random, picture: Image.Image) -> None:
    width, height = picture.size
    radius = height * source.uniform(0.04, 0.14)
    x, y = width * source.uniform(0.1, 0.9), height * source.uniform(0.15, 0.55)
    glow = Image.new("L", picture.size)
    ImageDraw.Draw(glow).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    wide = glow.filter(ImageFilter.GaussianBlur(radius))
    picture.paste((255, 246, 224), mask=wide)
    picture.paste((255, 250, 235), mask=glow.filter(ImageFilter.GaussianBlur(1)))


def _hill(source: random.Random, picture: Image.Image, base: float, colour: Colour) -> None:
    width, height = picture.size
    waves = [(source.uniform(0.4, 4), source.uniform(0, 7), source.uniform(0.01, 0.09))
             for _ in range(4)]  # fmt: skip
    line = [
        (x, base + sum(height * a * math.sin(f * x / width * math.tau + p) for f, p, a in waves))
        for x in range(0, width + 8, 8)
    ]
    ImageDraw.Draw(picture).polygon([*line, (width + 8, height), (0, height)], fill=colour)
