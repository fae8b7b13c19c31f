"""What is found in a document, and what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archiver.model.empty import nothing
from archiver.model.outcomes import Kind


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open byte range ``[start, end)`` of a file."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Replacement:
    """New bytes for a span of a document."""

    span: Span
    new: bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a document that names an image.

    Attributes:
        span: the bytes of the URL in the file, without outer white space and without ``#fragment``.
        raw: those bytes.
        url: absolute, as a browser would request it, without fragment.
        role: where it stands: ``img src``, ``img srcset``, ``css url``, ``front matter``,
            ``markdown image``, …
        attributes: what else the element says and a later stage needs: ``width``,
            ``data-original-token``, ``referrerpolicy``; ``field`` for a front matter key.
    """

    span: Span
    raw: bytes
    url: str
    role: str
    attributes: Mapping[str, str] = field(default_factory=nothing, hash=False)


SRCSET_ADDED, SIZES_ADDED, LINK_ADDED = "srcset added", "sizes added", "link added"
"""Reasons of adjustments that offer a place; they are made only where the pipeline fills it."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A change beside a link, without which the local copy would not show.

    It is applied when every reference of `needs` is rewritten to a local copy. Adjustments don't
    overlap, but several may have one span: the first that applies is taken.

    Attributes:
        span: the bytes it replaces; empty for an insertion. It may cover references: where the
            adjustment is applied, it stands in the place of their links.
        before, after: new bytes, around the link of reference `link` where one is named.
        link: index into the reading's references whose link stands between; None: no link.
        needs: indices of the references that must have been rewritten; empty: any one of them.
        unless: index of the reference that must not have been rewritten (a relative URL that is
            made absolute because the document's base changes).
        over: index of the reference in whose place it stands: applied only where its picture is far
            smaller than that of `link`.
        reason: ``lazy``, ``base``, ``csp``, ``crossorigin``, ``integrity``; ``moved`` for one that
            is applied even where no reference is rewritten.
    """

    span: Span
    before: bytes
    after: bytes = b""
    link: int | None = None
    needs: tuple[int, ...] = ()
    unless: int | None = None
    reason: str = ""
    over: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a document: references in file order, their spans sorted and disjoint.

    Attributes:
        is_opted_out: the document asks to be left alone (``archiver: false``); no references then.
        sheets: the style sheets of a document that is saved elsewhere than it was; in adjustments
            their indices come after those of the references.
        notes: what a person should know of the document, a sentence each: a front matter that does
            not parse, an image whose place could not be told.
    """

    format: str
    encoding: str
    references: tuple[Reference, ...]
    adjustments: tuple[Adjustment, ...] = ()
    base_url: str | None = None
    is_opted_out: bool = False
    notes: tuple[str, ...] = ()
    sheets: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A URL worth asking for.

    Attributes:
        kind: why it is asked for.
        rule: the name of the CDN rule it comes from; "" for the URL as given.
        confidence: ``high``, ``medium`` or ``low``: how sure the rule is.
    """

    url: str
    kind: Kind = Kind.AS_GIVEN
    rule: str = ""
    confidence: str = "high"
