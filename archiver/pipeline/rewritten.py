"""What a document becomes, with the way back."""

from __future__ import annotations

from collections.abc import Collection
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
class Told:
    """What the report says of a document.

    Attributes:
        images: what became of them.
        reason: what a person should know.
        references: how many there are.
    """

    images: tuple[ImageRecord, ...] = ()
    reason: str = ""
    references: int = 0

    def result(self, task: DocumentTask, outcome: DocumentOutcome) -> DocumentResult:
        """The same, with what became of the document."""
        return DocumentResult(task, outcome, self.reason, self.images, self.references)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be written into a document; what was found in it is not held any longer.

    Attributes:
        format: of the document.
        replacements: disjoint.
        kept: absolute URLs that it may name afterwards; None: no link is written.
    """

    format: str
    replacements: tuple[Replacement, ...]
    kept: frozenset[str] | None
    told: Told


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a document becomes.

    Attributes:
        splices: make the new bytes of the old ones.
    """

    new: bytes
    splices: Collection[Splice] = ()
    told: Told = Told()


def with_way_back(data: bytes, planned: Planned, new: bytes) -> Rewritten:
    """What *data* becomes, and how to come back from it."""
    return Rewritten(new, plan_splices(data, planned.replacements, new), planned.told)
