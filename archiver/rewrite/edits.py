"""What is written where: links over references, and the adjustments beside them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from archiver.model import (
    LINK_ADDED,
    SIZES_ADDED,
    SRCSET_ADDED,
    Adjustment,
    Reading,
    Replacement,
    Span,
)
from archiver.rewrite.links import RewriteSettings

_DEFAULT = RewriteSettings()
_OFFERS = frozenset({SRCSET_ADDED, SIZES_ADDED, LINK_ADDED})
_NOTHING: Mapping[str, Sequence[bytes | None]] = MappingProxyType({})
PLACEHOLDER_PX = 64  # wide; blurred copies have 8 to 60, thumbnails of galleries from 75 on


def plan_edits(
    reading: Reading,
    links: Sequence[bytes | None],
    settings: RewriteSettings = _DEFAULT,
    widths: Sequence[int] = (),
    added: Mapping[str, Sequence[bytes | None]] = _NOTHING,
) -> tuple[Replacement, ...]:
    """The replacements that point a document at local copies: sorted, disjoint.

    An adjustment that covers a reference wins over it: it says what shall stand there instead. Of
    two adjustments that overlap, the first in the reading wins.

    Args:
        reading: of the document.
        links: for each of its references what is written there; None: it stays as it is.
        widths: of each reference's picture, in pixels, 0 where unknown; empty: all are.
        added: reason → for each reference what stands in the adjustments of that reason, which
            only offer a place; None, or a reason that is missing: nothing is added.

    >>> from archiver.model import Reference
    >>> reading = Reading("html", "utf-8", (Reference(Span(10, 11), b"u", "u", "img src"),))
    >>> plan_edits(reading, [b"1.png"])
    (Replacement(span=Span(start=10, end=11), new=b'1.png'),)
    """
    if len(links) != len(reading.references):
        raise ValueError(f"{len(links)} links for {len(reading.references)} references")
    wanted = _wanted_reasons(links, settings)
    beside: list[Replacement] = []
    for adjustment in reading.adjustments:
        between = _choose_between(adjustment, links, added)
        if between is None or not wanted.get(adjustment.reason, wanted[""]):
            continue
        if _applies(adjustment, links) and _is_due(adjustment, widths):
            edit = Replacement(adjustment.span, adjustment.before + between + adjustment.after)
            place = bisect_right(beside, edit.span, key=_span)
            if _is_free(beside, place, edit.span):
                beside.insert(place, edit)
    own = [
        Replacement(reference.span, link)
        for reference, link in zip(reading.references, links, strict=True)
        if link is not None and link != reference.raw
    ]
    kept = [e for e in own if _is_free(beside, bisect_right(beside, e.span, key=_span), e.span)]
    return tuple(sorted(beside + kept, key=_span))


def _choose_between(
    adjustment: Adjustment,
    links: Sequence[bytes | None],
    added: Mapping[str, Sequence[bytes | None]],
) -> bytes | None:
    """What stands between its new bytes: its link, or what is added; None: it is not made."""
    index = adjustment.link
    if adjustment.reason not in _OFFERS:
        return b"" if index is None else links[index]
    offered = added.get(adjustment.reason)
    subject = adjustment.needs[0] if index is None else index
    if offered is None or offered[subject] is None:
        return None
    return b"" if index is None else offered[index]


def _span(edit: Replacement) -> Span:
    return edit.span


def _is_free(edits: Sequence[Replacement], place: int, span: Span) -> bool:
    """Whether *span*, which belongs at *place* of the sorted, disjoint edits, overlaps none.

    An insertion at an end of a span, or two at one place, are apart. What stands before *place*
    begins no later than *span*, so that no insertion there is inside it.
    """
    before = place - 1
    while before >= 0 and not edits[before].span.length:
        before -= 1
    if before >= 0 and span.start < edits[before].span.end:
        return False
    return place == len(edits) or span.end <= edits[place].span.start


def _wanted_reasons(links: Sequence[bytes | None], settings: RewriteSettings) -> dict[str, bool]:
    """Reason → whether its adjustments are made; "" for all others."""
    is_any = any(link is not None for link in links)
    leads_astray = any(link is not None and not _is_absolute(link) for link in links)
    return {
        "": is_any,
        "moved": True,  # whatever was found: the document stands elsewhere now
        "lazy": is_any and settings.lazy == "fill",
        "csp": is_any and settings.csp,
        "base": leads_astray and settings.base,
    }


def _applies(adjustment: Adjustment, links: Sequence[bytes | None]) -> bool:
    if adjustment.unless is not None and links[adjustment.unless] is not None:
        return False
    return all(links[index] is not None for index in adjustment.needs)


def _is_absolute(link: bytes) -> bool:
    """Whether a ``<base>`` cannot change where *link* leads."""
    return link.startswith((b"http://", b"https://"))


def _is_due(adjustment: Adjustment, widths: Sequence[int]) -> bool:
    """Whether the picture it would replace, if any, is no more than a blurred copy."""
    if adjustment.over is None:
        return True
    if not widths or adjustment.link is None:
        return False
    small, large = widths[adjustment.over], widths[adjustment.link]
    return 0 < small <= PLACEHOLDER_PX and small * 4 <= large
