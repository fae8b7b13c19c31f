"""The natural size of drawings by what their root says; a browser says the same of the tables."""

from __future__ import annotations

import pytest
from drawing_sizes import BOXES, OPEN, TOLD, drawing
from hypothesis import given
from hypothesis import strategies as st

from archiver.imaging.structure.svg import walk
from archiver.imaging.structure.svg_size import read_size

# What Chromium has no word for: it gives the sizes of its own default, 300 by 150, or asks a font.
OWN = {
    "nothing told": ("", (0, 0)),
    "one side, no shape": ('width="200"', (200, 0)),
    "a viewBox alone": ('viewBox="0 0 1e2 50"', (100, 50)),
    "all of the page": ('width="100%" height="100%" viewBox="0 0 24 24"', (24, 24)),
    "a formula's ex": ('width="10.5ex" height="2ch" viewBox="0 -750 5000 1000"', (84, 16)),
    "the largest shape": ('width="9" viewBox="0 0 1e-320 3e38"', (9, 33554428)),
    "no width of the largest shape": ('width="0" viewBox="0 0 1e-320 3e38"', (0, 0)),
}


def size_of(attributes: str) -> tuple[int, int]:
    structure = walk(drawing(attributes).encode())
    assert not structure.defect
    return structure.width_px, structure.height_px


@pytest.mark.parametrize(("attributes", "size"), (TOLD | OWN).values(), ids=(TOLD | OWN).keys())
def test_what_a_root_tells(attributes: str, size: tuple[int, int]) -> None:
    assert size_of(attributes) == size


@pytest.mark.parametrize(("box", "shape"), BOXES.values(), ids=BOXES.keys())
def test_view_boxes(box: str, shape: tuple[float, float] | None) -> None:
    height = round(1000 * shape[1] / shape[0]) if shape else 0
    assert size_of(f'width="1000" viewBox="{box}"') == (1000, height)


@pytest.mark.parametrize("width", OPEN.values(), ids=OPEN.keys())
def test_what_tells_no_width(width: str) -> None:
    assert size_of(f'width="{width}" height="7"') == (0, 7)


@given(st.floats(0, 1e6), st.sampled_from(["{:f}", "{:e}", "{:.3E}", "+{:f}", "{:.17g}"]))
def test_every_spelling_of_a_number(number: float, spelling: str) -> None:
    text = spelling.format(number)
    (width, _) = read_size({"width": text})
    assert abs(width - float(text)) <= 0.5


@given(st.dictionaries(st.sampled_from(["width", "height", "viewBox", "font-size", "style"]),
                       st.text("0159+-.eE%,; pxmitq:fons")))  # fmt: skip
def test_no_text_is_an_error(attributes: dict[str, str]) -> None:
    assert all(0 <= side < 2**25 for side in read_size(attributes))
