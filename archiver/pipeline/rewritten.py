"""What a document becomes, with the way back."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model import (
    DocumentOutcome,
    DocumentResult,
    DocumentTask,
    ImageRecord,
    Replacement,
    Splice,
)
from archiver.rewrite.splice import plan_splices


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be written into a document; what was found in it is not held any longer.

    Attributes:
        format: of the document.
        replacements: sorted, disjoint.
        kept: absolute URLs that it may name afterwards; None: no link is written.
        images: what became of them.
        reason: what a person should know.
        references: how many there are.
    """

    format: str
    replacements: tuple[Replacement, ...]
    kept: frozenset[str] | None
    images: tuple[ImageRecord, ...]
    reason: str
    references: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a document becomes.

    Attributes:
        splices: make the new bytes of the old ones.
        images: what became of them.
        reason: what a person should know.
        references: how many there are.
    """

    new: bytes
    splices: tuple[Splice, ...] = ()
    images: tuple[ImageRecord, ...] = ()
    reason: str = ""
    references: int = 0


def with_way_back(data: bytes, planned: Planned, new: bytes) -> Rewritten:
    """What *data* becomes, and how to come back from it."""
    splices = plan_splices(data, planned.replacements, new)
    return Rewritten(new, splices, planned.images, planned.reason, planned.references)


def result_of(task: DocumentTask, outcome: DocumentOutcome, done: Rewritten) -> DocumentResult:
    """What the report says of it."""
    return DocumentResult(task, outcome, done.reason, done.images, done.references)
