"""What happened to a document, told from its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archiver.journal import Conflict, Done, Fact, Restored
from archiver.model import DocumentRecord


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to a document.

    Attributes:
        rewrites: those that stand, oldest first; undone in the other order they give back the
            original bytes. A copy of a changed original begins anew.
        intent: one that has no end yet.
        restored_to: hash of the bytes it was restored to; "" where it was rewritten since.
    """

    rewrites: tuple[DocumentRecord, ...] = ()
    intent: DocumentRecord | None = None
    restored_to: str = ""


def tell_story(facts: Iterable[Fact]) -> Story:
    """The story of one document from its facts, oldest first.

    An intent followed by another one without an end was never carried out.
    """
    rewrites: list[DocumentRecord] = []
    intent: DocumentRecord | None = None
    restored_to = ""
    for fact in facts:
        match fact:
            case DocumentRecord():
                intent = fact
            case Done():
                if intent is not None and intent.sha256_after == fact.sha256_after:
                    rewrites = [intent] if intent.is_copy else [*rewrites, intent]
                    restored_to = ""
                intent = None
            case Restored():
                rewrites, intent, restored_to = [], None, fact.sha256_after
            case Conflict():
                intent = None
    return Story(tuple(rewrites), intent, restored_to)
