"""Replace spans of a document, copy all else byte for byte; and the way back."""

from __future__ import annotations

from collections.abc import Iterable
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


def plan_splices(
    document: bytes, replacements: Iterable[Replacement], after: bytes | None = None
) -> tuple[Splice, ...]:
    """What `splice` will do, with all that is needed to undo it.

    Replacements that change nothing are left out. The context of each splice is cut from the
    document as it will be.

    Args:
        after: that document, where it has been made already.

    Raises:
        ValueError: two spans overlap, or one leaves the document.

    >>> plan_splices(b'<img src="u">', [Replacement(Span(10, 11), b"1.png")])
    (Splice(start=10, old=b'u', new=b'1.png', before=b'<img src="', after=b'">'),)
    """
    changes = [
        change
        for change in _in_order(document, replacements)
        if document[change.span.start : change.span.end] != change.new
    ]
    after = splice(document, changes) if after is None else after
    planned, shift = [], 0
    for change in changes:
        start, end = change.span.start + shift, change.span.start + shift + len(change.new)
        before = after[max(0, start - CONTEXT_BYTES) : start]
        behind = after[end : end + CONTEXT_BYTES]
        old = document[change.span.start : change.span.end]
        planned.append(Splice(change.span.start, old, change.new, before, behind))
        shift += len(change.new) - len(old)
    return tuple(planned)


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
