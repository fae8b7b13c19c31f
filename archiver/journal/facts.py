"""What a line of the journal says, beside the records of images and documents."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model import DocumentRecord, ImageRecord, ItemRecord, Visit


@dataclass(frozen=True, slots=True)
class Done:
    """The document at `path` holds the bytes of its intent."""

    path: bytes
    sha256_after: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The intent for the document was given up: a person's bytes stand there, or nothing does."""

    path: bytes
    sha256_after: str
    reason: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """The document has its original bytes back, or what is left of them beside later edits."""

    path: bytes
    sha256_after: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """A file of the archive was taken out: `path` as in the image's record."""

    path: str
    digest: str
    when: str = ""


Fact = ImageRecord | DocumentRecord | Done | Conflict | Restored | Removed | Visit | ItemRecord
