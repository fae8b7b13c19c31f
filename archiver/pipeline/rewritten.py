"""What a document becomes, with the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archiver.model import (
    DocumentOutcome,
    DocumentResult,
    DocumentTask,
    ImageRecord,
    Replacement,
    Splice,
)
from archiver.rewrite.splice import plan_splices, splice


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a document becomes; what was found in it is not held any longer.

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


def write_links(
    data: bytes, replacements: Sequence[Replacement]
) -> tuple[bytes, tuple[Splice, ...]]:
    """The new bytes, and how to come back from them."""
    new = splice(data, replacements)
    return new, plan_splices(data, replacements, new)


def result_of(task: DocumentTask, outcome: DocumentOutcome, done: Rewritten) -> DocumentResult:
    """What the report says of it."""
    return DocumentResult(task, outcome, done.reason, done.images, done.references)
