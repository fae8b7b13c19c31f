"""What can become of images and documents, in words."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of an image; the journal's and the report's word for it."""

    STORED = "stored"
    REUSED = "reused"
    GONE = "gone"
    BLOCKED = "blocked"
    PLACEHOLDER = "placeholder"
    NOT_IMAGE = "not_image"
    DAMAGED = "damaged"
    TOO_BIG = "too_big"
    UNSAFE = "unsafe"
    UNREACHABLE = "unreachable"
    TRANSIENT = "transient"
    MISSING = "missing"
    SKIPPED = "skipped"

    @property
    def is_had(self) -> bool:
        """Whether a local copy exists."""
        return self in (Outcome.STORED, Outcome.REUSED)


class DocumentOutcome(StrEnum):
    """What became of a document."""

    REWRITTEN = "rewritten"
    UNCHANGED = "unchanged"
    BUSY = "busy"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"


class Kind(StrEnum):
    """Why a candidate is asked for."""

    CLEAN = "clean"
    ORIGINAL = "original"
    AS_GIVEN = "as given"
    NESTED_SOURCE = "nested source"
    HTTPS = "https"
    RESCUE = "rescue"
    LOCAL = "local"


class Freshness(StrEnum):
    """What a host says of a picture that we have."""

    SAME = "same"
    CHANGED = "changed"
    UNKNOWN = "unknown"  # it did not give a picture this time
