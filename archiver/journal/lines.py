"""Facts ↔ lines of JSON, each with ``v``, ``kind`` and ``when``.

Bytes are a string where they are UTF-8, else ``{"base64": …}``. Values that are at their default
are left out. A line of a kind or a version this program does not know is an error of `decode`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

import msgspec

from archiver.journal.facts import Conflict, Done, Fact, Removed, Restored
from archiver.journal.shapes import (
    AnyBriefLine,
    AnyLine,
    AnyUnreadLine,
    BriefDocumentLine,
    ConflictLine,
    DocumentLine,
    DoneLine,
    Encoded,
    EncodedText,
    ImageLine,
    ItemLine,
    PageLine,
    RemovedLine,
    RestoredLine,
    SpliceLine,
    UnreadDocumentLine,
)
from archiver.model import DocumentRecord, ImageRecord, ItemRecord, Outcome, Refusal, Splice, Visit

VERSION = 1

L = TypeVar("L", AnyLine, AnyBriefLine, AnyUnreadLine)

_OtherFact = ImageRecord | Done | Conflict | Restored | Removed | Visit | ItemRecord

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)
_brief_decoder: msgspec.json.Decoder[AnyBriefLine] = msgspec.json.Decoder(AnyBriefLine)
_unread_decoder: msgspec.json.Decoder[AnyUnreadLine] = msgspec.json.Decoder(AnyUnreadLine)
_splice_decoder = msgspec.json.Decoder(SpliceLine)


def encode(fact: Fact, when: str) -> bytes:
    """The line of a fact, with its line end.

    >>> encode(Done(b"post.md", "ab", ""), "2026-01-02T03:04:05Z")
    b'{"kind":"done","v":1,"when":"2026-01-02T03:04:05Z","path":"post.md","sha256_after":"ab"}\\n'
    """
    return b"".join(encode_in_pieces(fact, when))


def encode_in_pieces(fact: Fact, when: str) -> Iterator[bytes]:
    """The same; a line of tens of thousands of splices is never held as a whole."""
    if isinstance(fact, DocumentRecord):
        yield from _encode_document(fact, when)
        return
    line = _to_line(fact, when)
    try:
        yield _encoder.encode(line) + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, from a document that is no Unicode
        yield _encoder.encode(_without_surrogates(line)) + b"\n"


def decode(line: bytes) -> Fact:
    """The fact of a line.

    Raises:
        msgspec.DecodeError: it is no line of this version.
    """
    return _from_line(_checked(_decoder.decode(line)))


def decode_briefly(line: bytes, is_checked: bool = True) -> Fact:
    """The fact of a line, but for the splices of a document: they may be most of it.

    Args:
        is_checked: it is known that `decode` takes the line.

    Raises:
        msgspec.DecodeError: it is no line of this version.
    """
    if is_checked:
        return _from_line(_checked(_brief_decoder.decode(line)))
    found = _checked(_unread_decoder.decode(line))
    if isinstance(found, UnreadDocumentLine):
        for splice in found.splices:
            _splice_decoder.decode(splice)
    return _from_line(found)


def _checked(line: L) -> L:
    if line.v != VERSION:
        raise msgspec.ValidationError(f"version {line.v}")
    return line


_OF_DOCUMENT = ("sha256_before", "sha256_after", "when", "is_restore", "is_copy")


def _to_line(fact: _OtherFact, when: str) -> AnyLine:
    match fact:
        case ImageRecord():
            return _to_image(fact, when)
        case Done(path, sha256_after):
            return DoneLine(VERSION, when, _to_text(path), sha256_after)
        case Conflict(path, sha256_after, reason):
            return ConflictLine(VERSION, when, _to_text(path), sha256_after, reason)
        case Restored(path, sha256_after):
            return RestoredLine(VERSION, when, _to_text(path), sha256_after)
        case Removed(name, digest):
            return RemovedLine(VERSION, when, name, digest)
        case Visit():
            return _to_page(fact, when)
        case ItemRecord():
            return _to_item(fact, when)


def _from_line(line: AnyLine | AnyBriefLine | AnyUnreadLine) -> Fact:
    match line:
        case ImageLine():
            return _from_image(line)
        case DocumentLine():
            return _from_document(line, tuple(map(_from_splice, line.splices)))
        case BriefDocumentLine():
            return _from_document(line, ())
        case DoneLine():
            return Done(_to_bytes(line.path), line.sha256_after, line.when)
        case ConflictLine():
            return Conflict(_to_bytes(line.path), line.sha256_after, line.reason, line.when)
        case RestoredLine():
            return Restored(_to_bytes(line.path), line.sha256_after, line.when)
        case RemovedLine():
            return Removed(line.path, line.digest, line.when)
        case PageLine():
            return _from_page(line)
        case ItemLine():
            return _from_item(line)


_SAME = tuple(
    name
    for name in ImageLine.__struct_fields__
    if name not in ("v", "when", "outcome", "candidate", "thumbnails", "thumbnail_widths", "newer")
)


def _to_image(record: ImageRecord, when: str) -> ImageLine:
    return ImageLine(
        v=VERSION,
        when=when,
        outcome=str(record.outcome),
        candidate=str(record.kind),
        thumbnails=dict(record.thumbnails),
        thumbnail_widths=dict(record.thumbnail_widths),
        newer=_to_image(record.newer, record.newer.when) if record.newer else None,
        **{name: getattr(record, name) for name in _SAME},
    )


def _from_image(line: ImageLine) -> ImageRecord:
    return ImageRecord(
        outcome=Outcome(line.outcome),
        kind=line.candidate,
        thumbnails=line.thumbnails,
        thumbnail_widths=line.thumbnail_widths,
        newer=_from_image(line.newer) if line.newer else None,
        when=line.when,
        **{name: getattr(line, name) for name in _SAME},
    )


def _encode_document(record: DocumentRecord, when: str) -> Iterator[bytes]:
    head, mark, tail = _encoder.encode(_to_document(record, when)).partition(_NO_SPLICES)
    yield head + mark[:-1]
    splices = iter(record.splices)
    comma = b""
    while lines := [_to_splice(one) for one in islice(splices, _PIECE_SPLICES)]:
        yield comma + _encoder.encode(lines)[1:-1]
        comma = b","
    yield b"]" + tail + b"\n"


_PIECE_SPLICES = 100
_NO_SPLICES = b'"splices":[]'  # stands in no string, where quotes are escaped


def _to_splice(one: Splice) -> SpliceLine:
    return SpliceLine(one.start, *map(_to_text, (one.old, one.new, one.before, one.after)))


def _to_document(record: DocumentRecord, when: str) -> DocumentLine:
    """Without its splices."""
    return DocumentLine(
        VERSION,
        when,
        _to_text(record.path),
        record.sha256_before,
        record.sha256_after,
        (),
        record.is_restore,
        record.is_copy,
    )


def _from_document(
    line: DocumentLine | BriefDocumentLine, splices: tuple[Splice, ...]
) -> DocumentRecord:
    same = {name: getattr(line, name) for name in _OF_DOCUMENT}
    return DocumentRecord(_to_bytes(line.path), splices=splices, **same)


def _from_splice(line: SpliceLine) -> Splice:
    return Splice(line.start, *map(_to_bytes, (line.old, line.new, line.before, line.after)))


_OF_PAGE = [name for name in PageLine.__struct_fields__ if name not in ("v", "when", "path")]


def _to_page(visit: Visit, when: str) -> PageLine:
    same = {name: getattr(visit, name) for name in _OF_PAGE}
    return PageLine(v=VERSION, when=when, path=_to_text(visit.path), **same)


def _from_page(line: PageLine) -> Visit:
    same = {name: getattr(line, name) for name in _OF_PAGE}
    return Visit(path=_to_bytes(line.path), when=line.when, **same)


_OF_ITEM = [
    name for name in ItemLine.__struct_fields__ if name not in ("v", "when", "folder", "path")
]


def _to_item(record: ItemRecord, when: str) -> ItemLine:
    same = {name: getattr(record, name) for name in _OF_ITEM}
    folder, path = _to_text(record.folder), _to_text(record.path)
    return ItemLine(v=VERSION, when=when, folder=folder, path=path, **same)


def _from_item(line: ItemLine) -> ItemRecord:
    same = {name: getattr(line, name) for name in _OF_ITEM}
    folder, path = _to_bytes(line.folder), _to_bytes(line.path)
    return ItemRecord(folder=folder, path=path, when=line.when, **same)


def _to_text(data: bytes) -> EncodedText:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return Encoded(data)


def _to_bytes(text: EncodedText) -> bytes:
    return text.encode("utf-8") if isinstance(text, str) else text.base64


def _without_surrogates(line: AnyLine) -> object:
    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return value.encode("utf-8", "replace").decode("utf-8")
        if isinstance(value, dict):
            return {clean(key): clean(item) for key, item in value.items()}
        if isinstance(value, Refusal):
            return replace(value, url=clean(value.url))
        if isinstance(value, tuple):
            return tuple(map(clean, value))
        return value

    found = {name: getattr(line, name) for name in line.__struct_fields__}
    return type(line)(**{name: clean(value) for name, value in found.items()})
