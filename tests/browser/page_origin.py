"""Serves the page set whole under its real host names: pages from a folder, pictures by name."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from loopback import HTML, Exchange
from origin import Origin
from pictures import plain
from PIL import Image

MIN_PIXELS = 50
TOLERANCE = 2  # in a channel
SITE, PICTURES = "site.example", "img.example.com"
MEDIA_TYPES = {
    ".html": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".svg": "image/svg+xml",
    ".css": "text/css",
    ".png": "image/png",
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".ico": "image/x-icon",
}
_WIDTH = re.compile(r"-(\d+)px\.")
_FORMATS = {".jpg": "JPEG"}
_OPTIONS = {
    ".jpg": {"quality": 100, "subsampling": 0},
    ".avif": {"quality": 100, "subsampling": "4:4:4"},
    ".webp": {"lossless": True},
}
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">'
    '<rect id="part" width="60" height="40" fill="rgb{}"/></svg>'
)


def colour_of(name: str) -> tuple[int, int, int]:
    """The one colour of the picture *name*, red, green, blue."""
    red, green, blue, _ = zlib.crc32(name.encode()).to_bytes(4)
    return red, green, blue


def picture_of(name: str) -> bytes:
    """A picture of its colour, in the format that the suffix of *name* says.

    60 × 40 pixels, or a square as wide as *name* says (``shown-blurred-20px.png``).
    """
    suffix = Path(name).suffix
    if suffix == ".svg":
        return _SVG.format(colour_of(name)).encode()
    format = _FORMATS.get(suffix, suffix[1:].upper())
    stated = _WIDTH.search(name)
    size = (int(stated[1]), int(stated[1])) if stated else (60, 40)
    return plain(colour_of(name), format, size, **_OPTIONS.get(suffix, {}))


def unseen(screenshot: Image.Image, names: Iterable[str]) -> list[str]:
    """Those of *names* whose colour is not seen; JPEG and AVIF change it by a step or two."""
    counted = screenshot.getcolors(screenshot.width * screenshot.height) or []
    colours = [colour for count, colour in counted if count >= MIN_PIXELS]
    return [n for n in sorted(names) if not any(map(partial(_is_near, colour_of(n)), colours))]


def _is_near(first: Sequence[int], second: Sequence[int]) -> bool:
    return all(abs(a - b) <= TOLERANCE for a, b in zip(first, second, strict=True))


class PageOrigin(Origin):
    """`SITE` serves the files of a folder, `PICTURES` a picture for every name."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    async def handle(self, exchange: Exchange) -> None:
        path = unquote(exchange.target.decode("latin-1").partition("?")[0])
        suffix = Path(path).suffix
        body: bytes | None = None
        if exchange.header("host") == PICTURES:
            body = picture_of(path.rpartition("/")[2]) if suffix in MEDIA_TYPES else None
        elif exchange.header("host") == SITE and (self._folder / path[1:]).is_file():
            body = (self._folder / path[1:]).read_bytes()
        if body is None:
            await exchange.answer(HTML, 404, media_type="text/html")
        else:
            headers = [("Access-Control-Allow-Origin", "*")]
            await exchange.answer(body, 200, headers, MEDIA_TYPES[suffix])
