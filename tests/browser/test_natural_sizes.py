"""A browser tells the sizes of drawings that we do."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from chromium import Chromium
from drawing_sizes import BOXES, OPEN, TOLD, drawing
from required import require

DEFAULT = (300, 150)  # CSS 2.2, 10.3.2: where nothing tells
_SIZES = """urls => Promise.all(urls.map(url => new Promise((resolve, reject) => {
  const image = new Image()
  image.onload = () => resolve([image.naturalWidth, image.naturalHeight])
  image.onerror = () => reject(new Error(url))
  image.src = url
})))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium(require("browser")["chromium"], 9) as chromium:
        yield chromium


def sizes(browser: Chromium, roots: list[str]) -> list[tuple[int, ...]]:
    """The natural sizes of drawings by the attributes of their roots."""
    urls = [
        f"data:image/svg+xml;base64,{base64.b64encode(drawing(root).encode()).decode()}"
        for root in roots
    ]

    def measure(page: Any) -> list[list[int]]:
        return list(page.evaluate(_SIZES, urls))

    found, _ = browser.visit("about:blank", measure)
    return [tuple(size) for size in found]


def test_sizes_that_are_told(browser: Chromium) -> None:
    found = sizes(browser, [attributes for attributes, _ in TOLD.values()])
    assert dict(zip(TOLD, found, strict=True)) == {name: size for name, (_, size) in TOLD.items()}


def test_shapes(browser: Chromium) -> None:
    found = sizes(browser, [f'width="1000" viewBox="{box}"' for box, _ in BOXES.values()])
    expected = {
        name: (1000, round(1000 * shape[1] / shape[0]) if shape else DEFAULT[1])
        for name, (_, shape) in BOXES.items()
    }
    assert dict(zip(BOXES, found, strict=True)) == expected


def test_widths_that_tell_nothing(browser: Chromium) -> None:
    found = sizes(browser, [f'width="{width}" height="7"' for width in OPEN.values()])
    assert dict(zip(OPEN, found, strict=True)) == dict.fromkeys(OPEN, (DEFAULT[0], 7))
