"""Replace spans of a document, copy all else byte for byte; and the way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from archiver.model import Replacement, Span, Splice

CONTEXT_BYTES = 24  # kept on each side: finds a splice again after a person edited elsewhere


def splice(document: bytes, replacements: Iterable[Replacement]) -> bytes:
    """Replace the spans of *document*; copy every other byte as it is.

    An empty span is an insertion; one at the start of another span goes before that one's new
    bytes, several at one place keep their order.

    Args:
        document: the source bytes, undecoded.
        replacements: in any order; spans count bytes of *document*.

    Raises:
        ValueError: two spans overlap, or one leaves the document.

    >>> splice(b'<img src="u">', [Replacement(Span(10, 11), b"1.png")])
    b'<img src="1.png">'
    """
    new, rest, end = BytesIO(), memoryview(document), 0
    for replacement in _in_order(document, replacements):
        new.write(rest[end : replacement.span.start])
        new.write(replacement.new)
        end = replacement.span.end
    new.write(rest[end:])
    return new.getvalue()  # the buffer itself: the document is held once more, not twice


@dataclass(frozen=True, slots=True)
class Splices(Collection[Splice]):
    """What `splice` did, with all that is needed to undo it; each made as it is looked at.

    The context of each splice is cut from the document as it is afterwards.

    Attributes:
        document: before.
        changes: made in it: sorted, disjoint; none of them changes nothing.
        after: the document that they make.
    """

    document: bytes
    changes: Sequence[Replacement]
    after: bytes

    def __len__(self) -> int:
        return len(self.changes)

    def __contains__(self, one: object) -> bool:
        return any(one == each for each in self)

    def __iter__(self) -> Iterator[Splice]:
        shift = 0
        for change in self.changes:
            start, end = change.span.start + shift, change.span.start + shift + len(change.new)
            before = self.after[max(0, start - CONTEXT_BYTES) : start]
            behind = self.after[end : end + CONTEXT_BYTES]
            old = self.document[change.span.start : change.span.end]
            yield Splice(change.span.start, old, change.new, before, behind)
            shift += len(change.new) - len(old)


def plan_splices(
    document: bytes, replacements: Iterable[Replacement], after: bytes | None = None
) -> Splices:
    """What `splice` will do; replacements that change nothing are left out.

    Args:
        after: the document as it will be, where it has been made already.

    Raises:
        ValueError: two spans overlap, or one leaves the document.

    >>> list(plan_splices(b'<img src="u">', [Replacement(Span(10, 11), b"1.png")]))
    [Splice(start=10, old=b'u', new=b'1.png', before=b'<img src="', after=b'">')]
    """
    changes = [
        change
        for change in _in_order(document, replacements)
        if document[change.span.start : change.span.end] != change.new
    ]
    return Splices(document, changes, splice(document, changes) if after is None else after)


def unsplice(document: bytes, splices: Iterable[Splice]) -> bytes:
    """The bytes as they were before *splices* were made: the exact inverse.

    Args:
        document: the bytes after the splices, with no other change.
        splices: all of one rewrite, in the order they were planned.

    Raises:
        ValueError: the new bytes do not stand where they should.

    >>> unsplice(b'<img src="1.png">', [Splice(10, b"u", b"1.png")])
    b'<img src="u">'
    """
    return splice(document, invert(document, splices))


def invert(document: bytes, splices: Iterable[Splice]) -> list[Replacement]:
    """The replacements that undo *splices* in *document*; see `unsplice`."""
    replacements, shift = [], 0
    for one in splices:
        span = Span(one.start + shift, one.start + shift + len(one.new))
        if span.start < 0 or document[span.start : span.end] != one.new:
            raise ValueError(f"the bytes at {span.start} are not those of the splice")
        replacements.append(Replacement(span, one.old))
        shift += len(one.new) - len(one.old)
    return replacements


def _in_order(document: bytes, replacements: Iterable[Replacement]) -> list[Replacement]:
    """*replacements* sorted by span, checked to lie apart from each other and in *document*."""
    ordered = sorted(replacements, key=lambda replacement: replacement.span)
    end = 0
    for replacement in ordered:
        span = replacement.span
        if span.start < end or span.end < span.start:
            raise ValueError(f"the replacement at {span.start} overlaps one that ends at {end}")
        if span.end > len(document):
            raise ValueError(f"the replacement at {span.start} leaves the document")
        end = span.end
    return ordered
