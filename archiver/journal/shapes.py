"""The JSON object of each kind of line; `filling` makes them of facts."""

from __future__ import annotations

import msgspec

from archiver.model import Refusal

VERSION = 1


class Encoded(msgspec.Struct, frozen=True):
    base64: bytes


EncodedText = str | Encoded


class _Line(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind"):
    v: int
    when: str


class ImageLine(_Line, frozen=True, tag="image"):
    url: str
    outcome: str
    reason: str = ""
    requested_url: str = ""
    candidate: str = ""
    rule: str = ""
    digest: str = ""
    path: str = ""
    media_type: str = ""
    size_bytes: int = 0
    width_px: int = 0
    height_px: int = 0
    frames: int = 0
    thumbnails: dict[str, str] = {}
    flags: tuple[str, ...] = ()
    etag: str = ""
    final_url: str = ""
    attempts: int = 0
    not_before: str = ""
    refused: tuple[Refusal, ...] = ()
    captured: str = ""
    sanitized: str = ""
    thumbnail_widths: dict[str, int] = {}
    last_modified: str = ""
    difference_hash: str = ""
    exif: tuple[tuple[str, str], ...] = ()
    color_profile: str = ""
    newer: ImageLine | None = None


class SpliceLine(msgspec.Struct, frozen=True, omit_defaults=True):
    start: int
    old: EncodedText
    new: EncodedText
    before: EncodedText = ""
    after: EncodedText = ""


class DocumentLine(_Line, frozen=True, tag="document"):
    path: EncodedText
    sha256_before: str
    sha256_after: str
    splices: tuple[SpliceLine, ...]
    is_restore: bool = False
    is_copy: bool = False


class DoneLine(_Line, frozen=True, tag="done"):
    path: EncodedText
    sha256_after: str


class ConflictLine(_Line, frozen=True, tag="conflict"):
    path: EncodedText
    sha256_after: str
    reason: str


class RestoredLine(_Line, frozen=True, tag="restored"):
    path: EncodedText
    sha256_after: str


class RemovedLine(_Line, frozen=True, tag="removed"):
    path: str
    digest: str


class PageLine(_Line, frozen=True, tag="page"):
    url: str
    path: EncodedText
    sha256: str
    final_url: str
    format: str
    charset: str = ""
    etag: str = ""
    last_modified: str = ""
    grown: str = ""
    earlier: str = ""
    note: str = ""


class ItemLine(_Line, frozen=True, tag="item"):
    feed: str
    folder: EncodedText
    key: str
    path: EncodedText
    sha256: str
    content: str
    url: str = ""
    date: str = ""
    settled: str = ""


class BriefDocumentLine(_Line, frozen=True, tag="document"):
    """A `DocumentLine` whose splices, which may be most of it, are passed over."""

    path: EncodedText
    sha256_before: str
    sha256_after: str
    is_restore: bool = False
    is_copy: bool = False


class UnreadDocumentLine(BriefDocumentLine, frozen=True, kw_only=True, tag="document"):
    """A `DocumentLine` whose splices are still JSON, so that they can be looked at one by one."""

    splices: tuple[msgspec.Raw, ...]


_OtherLine = ImageLine | DoneLine | ConflictLine | RestoredLine | RemovedLine | PageLine | ItemLine
AnyLine = DocumentLine | _OtherLine
AnyBriefLine = BriefDocumentLine | _OtherLine
AnyUnreadLine = UnreadDocumentLine | _OtherLine
