"""Facts ↔ lines of JSON, each with ``v``, ``kind`` and ``when``.

Values that are at their default are left out. A line of a kind or a version this program does not
know is an error of `decode`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

import msgspec

from archiver.journal.facts import Fact
from archiver.journal.filling import from_line, to_document, to_line, to_splice
from archiver.journal.shapes import (
    VERSION,
    AnyBriefLine,
    AnyLine,
    AnyUnreadLine,
    SpliceLine,
    UnreadDocumentLine,
)
from archiver.model import DocumentRecord, Refusal

_PIECE_SPLICES = 100
_NO_SPLICES = b'"splices":[]'  # stands in no string, where quotes are escaped

L = TypeVar("L", AnyLine, AnyBriefLine, AnyUnreadLine)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)
_brief_decoder: msgspec.json.Decoder[AnyBriefLine] = msgspec.json.Decoder(AnyBriefLine)
_unread_decoder: msgspec.json.Decoder[AnyUnreadLine] = msgspec.json.Decoder(AnyUnreadLine)
_splice_decoder = msgspec.json.Decoder(SpliceLine)


def encode(fact: Fact, when: str) -> bytes:
    """The line of a fact, with its line end.

    >>> from archiver.journal.facts import Done
    >>> encode(Done(b"post.md", "ab", ""), "2026-01-02T03:04:05Z")
    b'{"kind":"done","v":1,"when":"2026-01-02T03:04:05Z","path":"post.md","sha256_after":"ab"}\\n'
    """
    return b"".join(encode_in_pieces(fact, when))


def encode_in_pieces(fact: Fact, when: str) -> Iterator[bytes]:
    """The same; a line of tens of thousands of splices is never held as a whole."""
    if isinstance(fact, DocumentRecord):
        yield from _encode_document(fact, when)
        return
    line = to_line(fact, when)
    try:
        yield _encoder.encode(line) + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, from a document that is no Unicode
        yield _encoder.encode(_without_surrogates(line)) + b"\n"


def decode(line: bytes) -> Fact:
    """The fact of a line.

    Raises:
        msgspec.DecodeError: it is no line of this version.
    """
    return from_line(_checked(_decoder.decode(line)))


def decode_briefly(line: bytes, is_checked: bool = True) -> Fact:
    """The fact of a line, but for the splices of a document: they may be most of it.

    Args:
        is_checked: it is known that `decode` takes the line.

    Raises:
        msgspec.DecodeError: it is no line of this version.
    """
    if is_checked:
        return from_line(_checked(_brief_decoder.decode(line)))
    found = _checked(_unread_decoder.decode(line))
    if isinstance(found, UnreadDocumentLine):
        for splice in found.splices:
            _splice_decoder.decode(splice)
    return from_line(found)


def _checked(line: L) -> L:
    if line.v != VERSION:
        raise msgspec.ValidationError(f"version {line.v}")
    return line


def _encode_document(record: DocumentRecord, when: str) -> Iterator[bytes]:
    head, mark, tail = _encoder.encode(to_document(record, when)).partition(_NO_SPLICES)
    yield head + mark[:-1]
    splices = iter(record.splices)
    comma = b""
    while lines := [to_splice(one) for one in islice(splices, _PIECE_SPLICES)]:
        yield comma + _encoder.encode(lines)[1:-1]
        comma = b","
    yield b"]" + tail + b"\n"


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
