"""What a web server must know of a blob, told from its extension, which is from its bytes."""

from __future__ import annotations

from collections.abc import Mapping

MEDIA_TYPES: Mapping[str, str] = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".cur": "image/x-win-bitmap",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".ico": "image/vnd.microsoft.icon",
    ".j2k": "image/j2c",
    ".jp2": "image/jp2",
    ".jpg": "image/jpeg",
    ".jxl": "image/jxl",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".svgz": "image/svg+xml",
    ".tif": "image/tiff",
    ".webp": "image/webp",
}
UNKNOWN = "application/octet-stream"


def headers_of(path: str) -> dict[str, str]:
    """The headers that an object of the archive is served with.

    A blob never changes. A drawing as it came may hold scripts: an ``img`` shows it all the same,
    but opened by itself it is saved, not run.

    >>> headers_of("assets/ab/abcd.svg")["Content-Disposition"]
    'attachment'
    """
    extension = "." + path.rpartition("/")[2].rpartition(".")[2]
    headers = {"Content-Type": MEDIA_TYPES.get(extension, UNKNOWN)}
    if path.startswith("assets/"):
        headers["Cache-Control"] = "max-age=31536000, immutable"
        if extension in (".svg", ".svgz"):
            headers["Content-Disposition"] = "attachment"
    return headers
