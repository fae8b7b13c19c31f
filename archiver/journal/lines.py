"""Facts ↔ lines of JSON, each with ``v``, ``kind`` and ``when``.

Bytes are a string where they are UTF-8, else ``{"base64": …}``. Values that are at their default
are left out. A line of a kind or a version this program does not know is an error of `decode`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from archiver.journal.facts import Conflict, Done, Fact, Removed, Restored
from archiver.model import DocumentRecord, ImageRecord, Outcome, Refusal, Splice

VERSION = 1


class _Encoded(msgspec.Struct, frozen=True):
    base64: bytes


_Text = str | _Encoded


class _Line(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind"):
    v: int
    when: str


class _Image(_Line, frozen=True, tag="image"):
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


class _Splice(msgspec.Struct, frozen=True, omit_defaults=True):
    start: int
    old: _Text
    new: _Text
    before: _Text = ""
    after: _Text = ""


class _Document(_Line, frozen=True, tag="document"):
    path: _Text
    sha256_before: str
    sha256_after: str
    splices: tuple[_Splice, ...]
    is_restore: bool = False


class _Done(_Line, frozen=True, tag="done"):
    path: _Text
    sha256_after: str


class _Conflict(_Line, frozen=True, tag="conflict"):
    path: _Text
    sha256_after: str
    reason: str


class _Restored(_Line, frozen=True, tag="restored"):
    path: _Text
    sha256_after: str


class _Removed(_Line, frozen=True, tag="removed"):
    path: str
    digest: str


_AnyLine = _Image | _Document | _Done | _Conflict | _Restored | _Removed

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[_AnyLine] = msgspec.json.Decoder(_AnyLine)


def encode(fact: Fact, when: str) -> bytes:
    """The line of a fact, with its line end.

    >>> encode(Done(b"post.md", "ab", ""), "2026-01-02T03:04:05Z")
    b'{"kind":"done","v":1,"when":"2026-01-02T03:04:05Z","path":"post.md","sha256_after":"ab"}\\n'
    """
    line = _to_line(fact, when)
    try:
        return _encoder.encode(line) + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, from a document that is no Unicode
        return _encoder.encode(_without_surrogates(line)) + b"\n"


def decode(line: bytes) -> Fact:
    """The fact of a line.

    Raises:
        msgspec.DecodeError: it is no line of this version.
    """
    found = _decoder.decode(line)
    if found.v != VERSION:
        raise msgspec.ValidationError(f"version {found.v}")
    return _from_line(found)


def _to_line(fact: Fact, when: str) -> _AnyLine:
    match fact:
        case ImageRecord():
            return _to_image(fact, when)
        case DocumentRecord():
            return _to_document(fact, when)
        case Done(path, sha256_after):
            return _Done(VERSION, when, _to_text(path), sha256_after)
        case Conflict(path, sha256_after, reason):
            return _Conflict(VERSION, when, _to_text(path), sha256_after, reason)
        case Restored(path, sha256_after):
            return _Restored(VERSION, when, _to_text(path), sha256_after)
        case Removed(name, digest):
            return _Removed(VERSION, when, name, digest)


def _from_line(line: _AnyLine) -> Fact:
    match line:
        case _Image():
            return _from_image(line)
        case _Document():
            return _from_document(line)
        case _Done():
            return Done(_to_bytes(line.path), line.sha256_after, line.when)
        case _Conflict():
            return Conflict(_to_bytes(line.path), line.sha256_after, line.reason, line.when)
        case _Restored():
            return Restored(_to_bytes(line.path), line.sha256_after, line.when)
        case _Removed():
            return Removed(line.path, line.digest, line.when)


_SAME = tuple(
    name
    for name in _Image.__struct_fields__
    if name not in ("v", "when", "outcome", "candidate", "thumbnails")
)


def _to_image(record: ImageRecord, when: str) -> _Image:
    return _Image(
        v=VERSION,
        when=when,
        outcome=str(record.outcome),
        candidate=str(record.kind),
        thumbnails=dict(record.thumbnails),
        **{name: getattr(record, name) for name in _SAME},
    )


def _from_image(line: _Image) -> ImageRecord:
    return ImageRecord(
        outcome=Outcome(line.outcome),
        kind=line.candidate,
        thumbnails=line.thumbnails,
        when=line.when,
        **{name: getattr(line, name) for name in _SAME},
    )


def _to_document(record: DocumentRecord, when: str) -> _Document:
    splices = tuple(
        _Splice(s.start, *map(_to_text, (s.old, s.new, s.before, s.after))) for s in record.splices
    )
    return _Document(
        VERSION,
        when,
        _to_text(record.path),
        record.sha256_before,
        record.sha256_after,
        splices,
        record.is_restore,
    )


def _from_document(line: _Document) -> DocumentRecord:
    splices = tuple(
        Splice(s.start, *map(_to_bytes, (s.old, s.new, s.before, s.after))) for s in line.splices
    )
    return DocumentRecord(
        _to_bytes(line.path),
        line.sha256_before,
        line.sha256_after,
        splices,
        line.when,
        line.is_restore,
    )


def _to_text(data: bytes) -> _Text:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _Encoded(data)


def _to_bytes(text: _Text) -> bytes:
    return text.encode("utf-8") if isinstance(text, str) else text.base64


def _without_surrogates(line: _AnyLine) -> object:
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
