"""Roots of drawings and their natural sizes, for our own reading and for a browser's."""

from __future__ import annotations

# attributes of the root → natural width and height, as Chromium tells them too
TOLD = {
    "plain": ('width="120" height="80"', (120, 80)),
    "an exponent": ('width="1e3" height=".5e2"', (1000, 50)),
    "a capital exponent": ('width="1E2" height="1e+2"', (100, 100)),
    "an exponent before a unit": ('width="1e3px" height="1e2mm"', (1000, 378)),
    "an exponent below 1": ('width="15000e-2" height="5e0"', (150, 5)),
    "em after an exponent": ('width="2e0em" height="1e1EM"', (32, 160)),
    "em is no exponent": ('width="2em" height="1.5em"', (32, 24)),
    "signs": ('width="+10" height="+.5e+2"', (10, 50)),
    "below 0 is 0": ('width="-5" height="20"', (0, 20)),
    "0 and a viewBox": ('width="0" viewBox="0 0 100 50"', (0, 0)),
    "halves upwards": ('width="10.5" height="2.5"', (11, 3)),
    "next to a half": ('width="100.4" height=".6"', (100, 1)),
    "blanks around": ('width=" 50 " height="\t50px\n"', (50, 50)),
    "units": ('width="12pt" height="1pc"', (16, 16)),
    "metric units": ('width="1cm" height="40q"', (38, 38)),
    "inches, millimetres": ('width="1IN" height="10Mm"', (96, 38)),
    "em of a font size": ('width="2em" height="1rem" font-size="20"', (40, 20)),
    "em of a style": (
        'width="2em" height="1em" font-size="20" style="fill:red; font-size: 10px"', (20, 10)
    ),
    "em of a font size in percent": ('width="2em" height="1em" font-size="150%"', (48, 24)),
    "em of a font size in em": ('width="2em" height="1em" font-size="2em"', (64, 32)),
    "em of a wrong font size": ('width="2em" height="1em" font-size="-3"', (32, 16)),
    "the shape gives the height": ('width="200" viewBox="0 0 100 50"', (200, 100)),
    "the shape gives the width": ('height="200" viewBox="0 0 100 50"', (400, 200)),
    "percent is open": ('width="50%" height="20" viewBox="0 0 100 50"', (40, 20)),
    "auto is open": ('width="24" height="auto" viewBox="0 0 48 24"', (24, 12)),
    "nonsense is open": ('width="bad" height="20" viewBox="0 0 100 50"', (40, 20)),
    "both beat the shape": ('width="200" height="50" viewBox="0 0 100 50"', (200, 50)),
    "a long side": ('width="99999" viewBox="0 0 2 1"', (99999, 50000)),
    "too long a side": ('width="1e9" height="1e400"', (33554428, 33554428)),
    "a side too short to be one": ('width="1e-400" height="1e-1"', (0, 0)),
}  # fmt: skip

# viewBox → width and height of its shape; None: it is none
BOXES = {
    "plain": ("0 0 100 50", (100, 50)),
    "commas": ("0,0,100,50", (100, 50)),
    "commas and blanks": (" 0 , 0,100\n,\t50 ", (100, 50)),
    "exponents": ("-1e1 0 1e2 .5e2", (100, 50)),
    "signs for blanks": ("0-1+1e2+50", (100, 50)),
    "points for blanks": ("0 0 .5.25", (1, 0.5)),
    "no digit behind the point": ("0 0 100. 50", None),
    "a number is not cut in two": ("0 0 1.5", None),
    "nor at its digits": ("00 10050", None),
    "three numbers": ("0 0 100", None),
    "five numbers": ("0 0 100 50 7", None),
    "two commas": ("0 0 100,,50", None),
    "a comma at the end": ("0 0 100 50,", None),
    "a unit": ("0 0 100px 50", None),
    "half an exponent": ("0 0 1e 50", None),
    "another blank": ("0 0 100\u00a050", None),
    "other digits": ("0 0 \u0661\u0660\u0660 50", None),
    "no height": ("0 0 100 0", None),
    "below 0": ("0 0 -100 50", None),
    "beyond a float": ("0 0 1e39 50", None),
    "a corner beyond a float": ("1e400 0 100 50", None),
}

# `width` values that tell nothing
OPEN = {
    "nothing": "",
    "no digit behind the point": "10.",
    "half an exponent": "1e",
    "half an exponent with a sign": "1e+",
    "two exponents": "10e2e2",
    "two points": "1.2.3",
    "two signs": "--5",
    "a blank before the unit": "50 px",
    "another unit": "50foo",
    "resolution": "10dpi",
    "percent": "1e2%",
    "a keyword": "auto",
    "two numbers": "10,5",
    "hexadecimal": "0x10",
    "an underscore": "1_0",
    "other digits": "\u0661\u0660",
    "another blank": "\u00a050",
}


def drawing(attributes: str) -> str:
    """A drawing whose root has *attributes*, and shows nothing."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}/>'
