"""Facts ↔ the JSON objects of `shapes`.

Bytes are a string where they are UTF-8, else ``{"base64": …}``.
"""

from __future__ import annotations

from archiver.journal.facts import Conflict, Done, Fact, Removed, Restored
from archiver.journal.shapes import (
    VERSION,
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
)
from archiver.model import DocumentRecord, ImageRecord, ItemRecord, Outcome, Splice, Visit

_OtherFact = ImageRecord | Done | Conflict | Restored | Removed | Visit | ItemRecord


def to_line(fact: _OtherFact, when: str) -> AnyLine:
    """What is written for a fact; a document's splices are a matter of their own."""
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


def from_line(line: AnyLine | AnyBriefLine | AnyUnreadLine) -> Fact:
    """The fact of a line; one without splices where those were not read."""
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


_OF_DOCUMENT = ("sha256_before", "sha256_after", "when", "is_restore", "is_copy")


def to_splice(one: Splice) -> SpliceLine:
    """What is written for one replacement."""
    return SpliceLine(one.start, *map(_to_text, (one.old, one.new, one.before, one.after)))


def to_document(record: DocumentRecord, when: str) -> DocumentLine:
    """What is written for an intent, without its splices."""
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
