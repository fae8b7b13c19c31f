"""The link that is written for a local copy: safe in every place a URL can stand.

A link holds only ``A-Z a-z 0-9 . _ ~ / : % -``, so it needs no escaping in HTML, CSS, Markdown,
YAML, TOML, JSON and XML, quoted or not.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote_from_bytes

import msgspec

# A host or a folder: a scheme other than http would be one that runs scripts or asks elsewhere.
_PREFIX = r"^\Z|^((https?:)?//[A-Za-z0-9.-]+(:[0-9]+)?)?(/|\.{1,2}/|[A-Za-z0-9_~][A-Za-z0-9._~-]*/)"
_PREFIX += r"([A-Za-z0-9._~%-]+/)*\Z"

LinkPrefix = Annotated[
    str,
    msgspec.Meta(
        pattern=_PREFIX,
        description="a path or an http URL of the characters A-Z a-z 0-9 . _ ~ / : % - "
        'that ends in / ("/archive/", "https://cdn.example/a/")',
    ),
]

SiteUrl = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^\Z|^https?://[A-Za-z0-9.-]+(:[0-9]+)?/([A-Za-z0-9._~%-]+/)*\Z",
        description="an http URL of the characters A-Z a-z 0-9 . _ ~ / : % - "
        'that ends in / ("https://me.example/")',
    ),
]


SvgMode = Literal["sanitize", "keep", "skip"]


@dataclass(frozen=True, slots=True)
class RewriteSettings:
    """How documents are pointed at local copies.

    Attributes:
        link_prefix: what stands before the path of a copy below the archive folder; "": links are
            relative to the document.
        site_url: the site's own URL, for places that need absolute URLs (Open Graph, JSON-LD,
            feeds); "": their images are archived, they stay as they are.
        lazy: ``fill``: the real image of a lazy one is put where it shows without scripts.
        base: whether a ``<base>`` that would lead relative links astray is emptied.
        csp: whether a policy in the document that blocks local copies is disarmed.
        svg: what is shown of a drawing: ``sanitize``: a copy without what could run or ask another
            host; ``keep``: its bytes as they came; ``skip``: nothing, its references stay.
        responsive: whether an ``img`` without ``srcset`` gets one of the thumbnails.
        link_to_full: whether pictures are replaced by thumbnails that link to the full one.
    """

    link_prefix: LinkPrefix = ""
    site_url: SiteUrl = ""
    lazy: Literal["fill", "keep"] = "fill"
    base: bool = True
    csp: bool = True
    svg: SvgMode = "sanitize"
    responsive: bool = False
    link_to_full: bool = False


def relative_link(document_path: bytes | str, target_path: str) -> bytes:
    """The link from a document to a file, both relative to the base folder (or both absolute).

    It never begins with what a browser reads as a scheme or a host.

    Raises:
        ValueError: the document lies outside the base folder: its way back is not known.

    >>> relative_link("posts/2026/a.md", "archive/assets/ab/abcd.png")
    b'../../archive/assets/ab/abcd.png'
    """
    start = _parts(os.fsencode(document_path))[:-1]
    target = _parts(os.fsencode(target_path))
    shared = _count_shared(start, target[:-1])
    if b".." in start[shared:]:
        raise ValueError(f"outside the base folder: {document_path!r}")
    climb = [".."] * (len(start) - shared)
    return _guarded("/".join([*climb, *map(_quote, target[shared:])]))


def prefixed_link(link_prefix: str, path: str) -> bytes:
    """The link to *path*, relative to the archive folder, for a site that serves it elsewhere.

    >>> prefixed_link("/archive/", "assets/ab/abcd.png")
    b'/archive/assets/ab/abcd.png'
    """
    return (link_prefix + "/".join(map(_quote, _parts(os.fsencode(path))))).encode("ascii")


def _count_shared(first: list[bytes], second: list[bytes]) -> int:
    pairs = enumerate(zip(first, second, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(first), len(second)))


def _parts(path: bytes) -> list[bytes]:
    normal = posixpath.normpath(path)
    return normal.split(b"/")


def _quote(part: bytes) -> str:
    """Percent-encoded but for the unreserved characters of RFC 3986, so ``:`` as well."""
    return quote_from_bytes(part, safe="")


def _guarded(link: str) -> bytes:
    """``./`` before a link whose first character means something in YAML (``%``, ``~``, ``-``)."""
    return (link if link[0].isalnum() or link[0] == "." else f"./{link}").encode("ascii")
