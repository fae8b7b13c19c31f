"""The size of a drawing by the attributes of its root.

Sources: CSS Values and Units 4, `<number-token>` and lengths; SVG 2, 8.2 (`viewBox`) and 8.12
(natural size). In both a number has digits behind its point, may have a sign and an exponent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

_SPACE = " \t\r\n"
_NUMBER = r"(?>[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)"  # as long as it can be
_FLAGS = re.IGNORECASE | re.ASCII
_LENGTH = re.compile(rf"({_NUMBER})([a-z%]*)", _FLAGS)
_COMMA = r"(?:\s+(?:,\s*)?|,\s*)"
_BOX = re.compile(rf"({_NUMBER})" + rf"(?:{_COMMA}|(?=[+.-]))({_NUMBER})" * 3, _FLAGS)
_FONT_SIZE = re.compile(r"(?:^|;)\s*font-size\s*:([^;]*)", re.I)

_FONT_PX = 16.0  # `medium`, where the root sets none
_MOST_PX = 33_554_428.0  # Chromium's longest; float32 has no room for a 64th of a pixel beyond
_MOST_NUMBER = 3.4e38  # of a viewBox, likewise
_UNITS_PX = {
    "": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54,
    "q": 2.4 / 2.54,
}  # fmt: skip
# `ex` and `ch` by what CSS says where the font does not tell; no font is asked here.
_UNITS_OF_FONT = {"em": 1.0, "rem": 1.0, "ex": 0.5, "ch": 0.5}


def read_size(attributes: Mapping[str, str]) -> tuple[int, int]:
    """Natural width and height in CSS pixels; 0 for what nothing tells.

    A side that `width` or `height` leaves open (``%``, ``auto``) follows from the other one by the
    shape of the `viewBox`; where both are open they are its own.

    >>> read_size({"width": "1e2mm", "viewBox": "0-.5+4e1 20"})
    (378, 189)
    """
    font_px = _read_font_px(attributes)
    width, height = (_read_px(attributes.get(name, ""), font_px) for name in ("width", "height"))
    box = _read_box(attributes.get("viewBox", ""))
    if box is not None:
        if width is None and height is None:
            width, height = box
        elif width is None and height is not None:
            width = height * box[0] / box[1]
        elif height is None and width is not None:
            height = width * box[1] / box[0]
    return _round(width), _round(height)


def _read_px(text: str, font_px: float) -> float | None:
    """A length, none below 0; None: it is none, or relative to what is not known here."""
    match = _LENGTH.fullmatch(text.strip(_SPACE))
    if match is None:
        return None
    unit = match[2].lower()
    scale = _UNITS_PX.get(unit) or _UNITS_OF_FONT.get(unit, math.nan) * font_px
    return None if math.isnan(scale) else max(_number(match[1]) * scale, 0.0)


def _read_font_px(attributes: Mapping[str, str]) -> float:
    """What `em` is on the root: set by its style, else its attribute."""
    in_style = _FONT_SIZE.findall(attributes.get("style", ""))
    text = (in_style[-1] if in_style else attributes.get("font-size", "")).strip(_SPACE)
    if text.endswith("%") and _LENGTH.fullmatch(text):
        text = f"{_number(text[:-1]) / 100}em"
    found = None if text.startswith("-") else _read_px(text, _FONT_PX)
    return _FONT_PX if found is None else found


def _read_box(text: str) -> tuple[float, float] | None:
    """Width and height of a viewBox; None: it is none, or shows nothing."""
    match = _BOX.fullmatch(text.strip(_SPACE))
    if match is None:
        return None
    numbers = [float(number) for number in match.groups()]
    if any(abs(number) > _MOST_NUMBER for number in numbers) or min(numbers[2:]) <= 0:
        return None
    return numbers[2], numbers[3]


def _number(text: str) -> float:
    """*text* as a number that further sums keep finite."""
    return max(-_MOST_PX, min(float(text), _MOST_PX))


def _round(side_px: float | None) -> int:
    """The nearest number of pixels, a half upwards, as browsers tell it."""
    return math.floor(min(side_px or 0.0, _MOST_PX) + 0.5)
