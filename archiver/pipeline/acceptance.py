"""Whether what came is the picture that was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from archiver.errors import PictureError
from archiver.model import Candidate, Download, Kind, Outcome, Picture
from archiver.pipeline.placeholders import Placeholders, PlaceholderSettings, is_elsewhere
from archiver.pipeline.wanted import stated_size

SVG = "image/svg+xml"  # its pixels say nothing

_TINY_PX = 8  # a side this small where the document states a real size is a stand-in
_REAL_PX = 64
_REPEATS = 3  # so many URLs of a host with the same bytes are suspicious
# x.jpg@s_2,w_820 and x.jpg!small are forms of x.jpg, and the same bytes for both no wonder.
_FORM = re.compile(r"(\.(?:jpe?g|png|gif|webp|bmp|avif))[@!_~].*", re.IGNORECASE | re.DOTALL)

_SAME_RATIO = 0.02
_SAME_BITS = 10  # of 64; a mark in a corner changes two to six


@dataclass(frozen=True, slots=True)
class AcceptanceSettings:
    """What is taken for the picture.

    Attributes:
        compare_clean: whether a clean picture is compared with the one as given: never, the first
            of a host and rule, or always.
        placeholders: stand-ins beside the built-in ones.
    """

    compare_clean: Literal["never", "first", "always"] = "never"
    placeholders: tuple[PlaceholderSettings, ...] = ()


class Judge:
    """Tells pictures from stand-ins; remembers the run's bytes by host."""

    def __init__(self, settings: AcceptanceSettings) -> None:
        self._placeholders = Placeholders(settings.placeholders)
        self._repeats = Repeats()

    def check_download(self, asked_url: str, download: Download) -> None:
        """Refuse what is known before it is decoded.

        Raises:
            PictureError: ``placeholder``, with the reason ``known-bytes`` or ``known-path``.
        """
        if self._placeholders.has_bytes(download.sha256):
            raise PictureError(asked_url, Outcome.PLACEHOLDER, "known-bytes")
        if self._placeholders.has_path(asked_url, download.final_url):
            raise PictureError(asked_url, Outcome.PLACEHOLDER, "known-path")

    def doubt(
        self,
        url: str,
        candidate: Candidate,
        download: Download,
        picture: Picture,
        attributes: Mapping[str, str],
    ) -> str:
        """Why the picture is doubted (``smaller``, ``same-bytes``); "": it is not.

        Args:
            url: as the document has it.
            attributes: of the element.

        Raises:
            PictureError: ``placeholder``, with the reason ``tiny``.
        """
        if picture.media_type != SVG:
            width, height = stated_size(attributes)
            if _is_tiny(picture.width_px, width) or _is_tiny(picture.height_px, height):
                raise PictureError(candidate.url, Outcome.PLACEHOLDER, "tiny")
            if _is_guess(candidate) and _is_smaller(picture, width, height):
                return "smaller"
        return "same-bytes" if self._repeats.add(url, download.sha256) else ""

    def is_suspect(self, url: str, sha256: str) -> bool:
        """Whether the host gave these bytes for several URLs by now."""
        return len(self._repeats.urls(url, sha256)) >= _REPEATS

    def others(self, url: str, sha256: str) -> tuple[str, ...]:
        """The other URLs that the host of *url* gave these bytes for."""
        return tuple(other for other in self._repeats.urls(url, sha256) if other != url)


class Repeats:
    """The URLs for which a host gave the same bytes, at most `_REPEATS` of them."""

    def __init__(self) -> None:
        self._urls: dict[int, tuple[str, ...]] = {}

    def add(self, url: str, sha256: str) -> bool:
        """Note that *url* brought these bytes; whether that makes it at least the third path."""
        key, urls = self._key(url, sha256), self.urls(url, sha256)
        path = _source_path(url)
        if len(urls) < _REPEATS and all(_source_path(other) != path for other in urls):
            urls = self._urls[key] = (*urls, url)
        return len(urls) >= _REPEATS

    def urls(self, url: str, sha256: str) -> tuple[str, ...]:
        return self._urls.get(self._key(url, sha256), ())

    @staticmethod
    def _key(url: str, sha256: str) -> int:
        """One number instead of two texts: a run may bring 200,000 pictures."""
        return hash((urlsplit(url).netloc, sha256))


def html_is_placeholder(error: PictureError, asked_url: str, download: Download) -> bool:
    """Whether a page came by a redirect to elsewhere, as hotlink protection does it."""
    return error.reason == "html" and is_elsewhere(asked_url, download.final_url)


def is_same_picture(clean: Picture, given: Picture) -> bool:
    """Whether *clean* is *given* but for a mark: no smaller, of its shape, alike from afar."""
    if _pixels(clean) < _pixels(given) * (1 - _SAME_RATIO):
        return False
    if _pixels(given) and _pixels(clean):
        ratio = (clean.width_px * given.height_px) / (clean.height_px * given.width_px)
        if abs(ratio - 1) > _SAME_RATIO:
            return False
    if not (clean.difference_hash and given.difference_hash):
        return True
    bits = int(clean.difference_hash, 16) ^ int(given.difference_hash, 16)
    return bits.bit_count() <= _SAME_BITS


def is_no_smaller(one: Picture, other: Picture) -> bool:
    """Whether *one* has at least the pixels of *other*."""
    return _pixels(one) >= _pixels(other)


def _pixels(picture: Picture) -> int:
    return picture.width_px * picture.height_px


def _is_guess(candidate: Candidate) -> bool:
    """Whether the picture may be another one than the one as given.

    A URL that a sure rule only took the mark off brings the same pixels: where they are fewer
    than the element states, the URL as given has no more.
    """
    if candidate.kind is Kind.CLEAN:
        return candidate.confidence != "high"
    return candidate.kind in (Kind.ORIGINAL, Kind.NESTED_SOURCE)


def _is_tiny(side_px: int, stated_px: int) -> bool:
    return stated_px > _REAL_PX and 0 < side_px <= _TINY_PX


def _is_smaller(picture: Picture, width: int, height: int) -> bool:
    """By width where one is stated: an element may be given another shape than its picture."""
    side_px, stated_px = (picture.width_px, width) if width else (picture.height_px, height)
    return 0 < side_px < stated_px


def _source_path(url: str) -> str:
    return _FORM.sub(r"\1", urlsplit(url).path)
