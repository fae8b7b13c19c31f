"""Paths below the archive folder: how they look, and how they are found in links.

A path's key is the first 16 hex digits of the digest of the picture it belongs to: the blob, its
thumbnails and its harmless form share it, whatever else their names hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_PATH = (
    r"(?:assets|sanitized|thumbnails/[A-Za-z0-9][A-Za-z0-9_-]{0,63})"
    r"/[0-9a-f]{2}/(?P<key>[0-9a-f]{16})(?:[0-9a-f]{48}|-[a-z0-9-]{1,64})\.[a-z0-9]{2,5}"
)
_WHOLE = re.compile(_PATH)
# Read in a link, a path begins at a slash or at the link's own start, and is its end.
_IN_LINK = re.compile(rf"(?:^|/)(?P<path>{_PATH})\Z")
_IN_TEXT = re.compile(rf"(?<![A-Za-z0-9_~%-])(?P<path>{_PATH})".encode())

MOST_PATH_BYTES = 256
"""No path is longer, so that text may be searched in parts that overlap by so much."""


def is_path(path: str) -> bool:
    """Whether a file at *path* below the archive folder is one that a store makes.

    >>> is_path("assets/ab/ab" + 62 * "0" + ".png"), is_path("index.html")
    (True, False)
    """
    return _WHOLE.fullmatch(path) is not None


def key_of(path: str) -> str:
    """The key of a path that a store made, wherever the archive folder is; "" for another."""
    match = _IN_LINK.search(path)
    return match["key"] if match else ""


def digest_in(path: str) -> str:
    """The digest that a path names, as the journal has it; "" where it names a part of it only."""
    name = path.rpartition("/")[2].partition(".")[0]
    return f"sha256:{name}" if re.fullmatch("[0-9a-f]{64}", name) else ""


def below_archive(path: str) -> str:
    """The end of *path*, or of a link, that lies below an archive folder; "" where none does.

    >>> below_archive("../static/archive/assets/ab/ab" + 62 * "0" + ".png")[:16]
    'assets/ab/ab0000'
    """
    match = _IN_LINK.search(path)
    return match["path"] if match else ""


def find_paths(text: bytes) -> Iterator[str]:
    """The paths below an archive folder that *text* names, in any link, in order."""
    for match in _IN_TEXT.finditer(text):
        yield match["path"].decode("ascii")
