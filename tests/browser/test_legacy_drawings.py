"""A browser shows the harmless form of a drawing as it shows the drawing itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Chromium
from legacy_drawings import LEGACY, OVERRULED, legacy_drawing
from required import require

from archiver.imaging.settings import ImagingSettings
from archiver.imaging.svg import sanitize_svg

SHOWN = {label: (label, *row) for label, row in LEGACY.items()} | OVERRULED


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium(require("browser")["chromium"], 9) as chromium:
        yield chromium


def read(browser: Chromium, path: Path) -> str:
    found, asked = browser.visit(
        path.as_uri(),
        lambda page: page.evaluate("document.querySelector('svg > text').textContent"),
    )
    assert asked == [path.as_uri()]
    return str(found)


def test_the_text_of_both_is_the_same(browser: Chromium, tmp_path: Path) -> None:
    found = {}
    for name, (label, text, codec) in SHOWN.items():
        data = legacy_drawing(label, f"<script>evil()</script><text>{text}</text>", codec)
        given, clean = tmp_path / "given.svg", tmp_path / "clean.svg"
        given.write_bytes(data)
        clean.write_bytes(sanitize_svg(data, "0a" * 32, ImagingSettings()))
        found[name] = read(browser, given), read(browser, clean)
    assert found == {name: (text, text) for name, (_, text, _) in SHOWN.items()}
