"""What came, and what it is."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Download:
    """One answer, its body in a temporary file.

    Attributes:
        path: the temporary file; whoever accepts the download moves or removes it.
        sha256: hex digest of the decoded body.
        is_framed: whether Content-Length or the last chunk proved the body complete.
        final_url: the URL that answered, after redirects.
        attempts: requests made for it, redirects and retries included.
        is_repeated: whether the same bytes came before, judged incomplete, and the server has now
            proved twice that they are all it has.
    """

    path: str
    sha256: str
    size_bytes: int
    final_url: str
    is_framed: bool = True
    media_type: str = ""
    etag: str = ""
    last_modified: str = ""
    attempts: int = 1
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Rendition:
    """An image derived from a blob, encoded and ready to be stored."""

    name: str
    media_type: str
    extension: str
    width_px: int
    height_px: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """Verified facts of an image file, and its renditions.

    Attributes:
        extension: from the bytes, with its dot (``.png``).
        renditions: one for each configured thumbnail that is smaller than the picture; a
            thumbnail that is missing here is the picture itself.
        width_px, height_px: as a browser shows it, turned as EXIF asks; 0 where nothing tells.
        flags: ``damaged`` for a picture the server itself holds incomplete, ``undecoded`` for one
            that no installed decoder reads.
        difference_hash: 16 hex digits, alike for pictures that look alike; "" where not decoded.
        exif: pairs of name and text (``make``, ``model``, ``taken``, …); no place.
        color_profile: the name of the embedded profile.
    """

    media_type: str
    extension: str
    width_px: int
    height_px: int
    frames: int = 1
    renditions: tuple[Rendition, ...] = ()
    flags: tuple[str, ...] = ()
    difference_hash: str = ""
    exif: tuple[tuple[str, str], ...] = ()
    color_profile: str = ""


@dataclass(frozen=True, slots=True)
class Sanitized:
    """A drawing's harmless form.

    Attributes:
        data: SVG in UTF-8.
        renditions: as a `Picture`'s, made from the harmless form.
    """

    data: bytes = field(repr=False)
    renditions: tuple[Rendition, ...] = ()
