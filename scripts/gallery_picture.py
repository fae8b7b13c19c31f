#!/usr/bin/env python3
"""Make docs/gallery.png: the gallery of drawn landscapes, half of it light and half dark.

usage: gallery_picture.py CHROMIUM
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from archives import write_scenic_archive
from chromium import Chromium
from PIL import Image

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.pipeline.places import Places
from archiver.report.gallery import read_gallery, render_gallery

PICTURE = Path(__file__).parents[1] / "docs" / "gallery.png"
PAINTED = "Promise.all([...document.images].slice(0, 9).map(image => image.decode()))"
SIZE = {"width": 1200, "height": 760}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Chromium(sys.argv[1], 9) as browser:
        url = write_page(Path(folder) / "my-blog")
        shots = [take(browser, url, scheme) for scheme in ("light", "dark")]
    picture, dark = shots
    half = SIZE["width"] // 2
    picture.paste(dark.crop((half, 0, *dark.size)), (half, 0))
    picture.save(PICTURE, optimize=True)


def write_page(base: Path) -> str:
    """The URL of the page of a drawn archive."""
    write_scenic_archive(base)
    places = Places.of(str(base), "archive", ".archiver")
    with Catalog(f"{places.state}/none", f"{places.state}/journal", read_only=True) as catalog:
        page = render_gallery(read_gallery(places, catalog, Config(base=str(base))), str(base))
    (base / "index.html").write_bytes(page)
    return (base / "index.html").as_uri()


def take(browser: Chromium, url: str, scheme: str) -> Image.Image:
    def act(page) -> bytes:
        page.evaluate(PAINTED)
        return page.screenshot()

    data, _ = browser.visit(f"{url}#order=oldest", act, viewport=SIZE, color_scheme=scheme)
    return Image.open(io.BytesIO(data)).convert("RGB")


if __name__ == "__main__":
    main()
