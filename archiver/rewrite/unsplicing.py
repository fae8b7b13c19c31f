"""Undo splices in a document that a person edited since, as far as it can be told."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from archiver.model import DocumentRecord, Replacement, Span, Splice
from archiver.rewrite.splice import invert, splice

# A link to a copy holds a digest; what is shorter may stand anywhere and needs its context.
_DISTINCTIVE_BYTES = 20
_LINK_BYTE = re.compile(rb"[A-Za-z0-9._~/:%-]")


def undo_rewrites(document: bytes, rewrites: Sequence[DocumentRecord]) -> list[Replacement]:
    """The replacements that undo *rewrites*, oldest first, in *document*, sorted.

    A rewrite after which nobody edited is undone exactly, which its hashes prove; another one as
    far as it can be told.

    Raises:
        ValueError: it cannot be told.
    """
    current, steps = document, []
    for record in reversed(rewrites):
        steps.append(_undo_one(current, record))
        current = splice(current, steps[-1])
    return steps[0] if len(steps) == 1 else difference(document, current)


def _undo_one(document: bytes, record: DocumentRecord) -> list[Replacement]:
    if hashlib.sha256(document).hexdigest() != record.sha256_after:
        return invert_edited(document, tuple(record.splices))
    step = invert(document, record.splices)
    if hashlib.sha256(splice(document, step)).hexdigest() != record.sha256_before:
        raise ValueError("the journal's splices do not give back the original")
    return step


def difference(old: bytes, new: bytes) -> list[Replacement]:
    """One replacement that makes *new* of *old*, without what both begin and end with."""
    if old == new:
        return []
    start = _count_same(old, new)
    end = min(_count_same(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    return [Replacement(Span(start, len(old) - end), new[start : len(new) - end])]


def invert_edited(document: bytes, splices: Sequence[Splice]) -> list[Replacement]:
    """The replacements that undo *splices* in *document*, sorted.

    New bytes long enough to be ours are found wherever they stand now, also twice where a person
    copied them; where they are gone, a person took them out and there is nothing to undo. Shorter
    ones are found by the bytes around them. Where none of the long ones is left, the rewrite is
    not in this document at all.

    Raises:
        ValueError: it cannot be told where a splice stands, or which of two.
    """
    groups = _by_new(splices)
    distinctive = [new for new in groups if len(new) >= _DISTINCTIVE_BYTES]
    if distinctive and not any(new in document for new in distinctive):
        return []
    found: list[Replacement] = []
    for new, group in groups.items():
        taken = [replacement.span for replacement in found]
        if len(new) >= _DISTINCTIVE_BYTES:
            found += _undo_links(document, new, group, taken)
        else:
            found += _undo_by_context(document, group, taken)
    return sorted(found, key=lambda replacement: replacement.span)


def _by_new(splices: Sequence[Splice]) -> dict[bytes, list[Splice]]:
    """New bytes → splices that wrote them; the longest first: it may hold a shorter one."""
    groups: dict[bytes, list[Splice]] = defaultdict(list)
    for one in splices:
        groups[one.new].append(one)
    return dict(sorted(groups.items(), key=lambda item: -len(item[0])))


def _undo_links(
    document: bytes, new: bytes, group: Sequence[Splice], taken: Iterable[Span]
) -> list[Replacement]:
    places = [span for span in _occurrences(document, new, taken) if _stands_alone(document, span)]
    if len({one.old for one in group}) == 1:
        return [Replacement(span, group[0].old) for span in places]
    if len(places) == len(group):
        return [Replacement(span, one.old) for span, one in zip(places, group, strict=True)]
    return [Replacement(span, _most_alike(document, span, group).old) for span in places]


def _most_alike(document: bytes, span: Span, group: Sequence[Splice]) -> Splice:
    """The splice whose context is most like that of *span*."""
    ranked = sorted(((_likeness(document, span, one), one) for one in group), key=lambda p: -p[0])
    (best, one), (second, other) = ranked[0], ranked[1]
    if best == second and one.old != other.old:
        raise ValueError(f"two originals fit the link at {span.start}")
    return one


def _likeness(document: bytes, span: Span, one: Splice) -> int:
    """How many bytes of the context, counted from the splice outwards, are the same."""
    ahead = document[max(0, span.start - len(one.before)) : span.start]
    behind = document[span.end : span.end + len(one.after)]
    return _count_same(ahead[::-1], one.before[::-1]) + _count_same(behind, one.after)


def _count_same(first: bytes, second: bytes) -> int:
    pairs = enumerate(zip(first, second, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(first), len(second)))


def _undo_by_context(
    document: bytes, group: Sequence[Splice], taken: Iterable[Span]
) -> list[Replacement]:
    """Each splice at the one place that has its context; equal contexts in their order."""
    found = []
    keys: dict[tuple[bytes, bytes], list[Splice]] = defaultdict(list)
    for one in group:
        keys[one.before, one.after].append(one)
    for same in keys.values():
        spans = _find_context(document, same, taken)
        found += [Replacement(span, one.old) for span, one in zip(spans, same, strict=True)]
    return found


def _find_context(document: bytes, same: Sequence[Splice], taken: Iterable[Span]) -> list[Span]:
    """The places of splices with the same context: by both sides of it, else by one side."""
    one = same[0]
    for before, after in ((one.before, one.after), (one.before, b""), (b"", one.after)):
        if not before + one.new + after:
            continue
        spans = [
            Span(span.start + len(before), span.start + len(before) + len(one.new))
            for span in _occurrences(document, before + one.new + after, ())
        ]
        spans = [span for span in spans if not any(_share(span, other) for other in taken)]
        if len(spans) == len(same):
            return spans
    raise ValueError(f"the bytes around {one.start} were edited")


def _occurrences(document: bytes, wanted: bytes, taken: Iterable[Span]) -> list[Span]:
    """Where *wanted* stands, without the places that share a byte with *taken*."""
    found, start = [], document.find(wanted)
    while start >= 0:
        span = Span(start, start + len(wanted))
        if not any(_share(span, other) for other in taken):
            found.append(span)
        start = document.find(wanted, start + max(1, len(wanted)))
    return found


def _share(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end


def _stands_alone(document: bytes, span: Span) -> bool:
    """Whether a link is not part of a longer one that a person wrote."""
    ahead, behind = document[span.start - 1 : span.start], document[span.end : span.end + 1]
    starts_as_link = _LINK_BYTE.match(document[span.start : span.start + 1])
    ends_as_link = _LINK_BYTE.match(document[span.end - 1 : span.end])
    return not (starts_as_link and _LINK_BYTE.match(ahead)) and not (
        ends_as_link and behind not in b".:" and _LINK_BYTE.match(behind)
    )
