"""Where a page, a feed or a style sheet is saved: a path made from its URL, safe on any system."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit

MAX_SEGMENTS = 12  # folders deep; beyond that a path says nothing to a person
MAX_SEGMENT_BYTES = 80  # of 255 that file systems take
_UNSAFE = re.compile(r"[^\w.~-]")
# Windows takes these for devices, with any suffix.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)
_HASH_DIGITS = 8


def place_page(url: str, extension: str) -> str:
    """The path of a page or feed below its folder, with ``/``.

    A URL with a query, or one that would not be known by its path alone, has eight digits of its
    hash in the name. With and without ``/`` at its end, by http and by https, it is one place.

    Args:
        url: http or https, normalized.
        extension: of the format, with its dot.

    >>> place_page("https://site.example/2026/post/", ".html")
    'site.example/2026/post/index.html'
    >>> place_page("https://site.example/?p=7", ".html")
    'site.example/index-6b4ec5ae.html'
    """
    segments, is_exact = _segments(url)
    is_exact &= not segments[-1].startswith("index.")  # a folder of the name of a file
    return "/".join([*segments, f"index{_mark(url, is_exact)}{extension}"])


def place_sheet(url: str) -> str:
    """The path of a style sheet, as `place_page`; the last part of the URL's path is its name.

    >>> place_sheet("https://site.example/css/main.css")
    'site.example/css/main.css'
    """
    segments, is_exact = _segments(url)
    *folders, name = segments if len(segments) > 1 else [*segments, ""]
    stem = name.removesuffix(".css")
    is_exact &= stem != name and bool(stem)
    return "/".join([*folders, f"{stem or 'style'}{_mark(url, is_exact)}.css"])


def _mark(url: str, is_exact: bool) -> str:
    if is_exact and "?" not in url:  # an empty query is one too
        return ""
    return f"-{hashlib.sha256(url.encode()).hexdigest()[:_HASH_DIGITS]}"


def _segments(url: str) -> tuple[list[str], bool]:
    """Host and path as safe names, and whether they say all of it."""
    parts = urlsplit(url)
    raw = [segment for segment in parts.path.removesuffix("/").split("/")[1:] if segment]
    wanted = [parts.netloc, *raw]
    safe = [safe_segment(segment) for segment in wanted[: MAX_SEGMENTS + 1]]
    if "." not in parts.netloc:  # a name of the local network may be that of a folder of ours
        safe[0] += "_"
    is_exact = [quote(name, safe="~") for name in safe] == wanted
    return safe, is_exact and "//" not in parts.path


def safe_segment(segment: str) -> str:
    """A part of a URL as the name of a file: letters and digits of any script, ``. _ ~ -``.

    >>> safe_segment("%E5%9B%BE"), safe_segment(".git"), safe_segment("a%2Fb"), safe_segment("NUL")
    ('图', '_.git', 'a-b', 'NUL_')
    """
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", unquote(segment, errors="replace")))
    name = name.encode()[:MAX_SEGMENT_BYTES].decode(errors="ignore")
    if name.startswith("."):
        name = f"_{name}"
    return f"{name}_" if _DEVICES.match(name) or name.endswith(".") else name
