"""What is written where: links over references, and the adjustments beside them."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.model import Adjustment, Reading, Replacement, Span
from archiver.rewrite.links import RewriteSettings

_DEFAULT = RewriteSettings()


def plan_edits(
    reading: Reading, links: Sequence[bytes | None], settings: RewriteSettings = _DEFAULT
) -> tuple[Replacement, ...]:
    """The replacements that point a document at local copies: sorted, disjoint.

    An adjustment that covers a reference wins over it: it says what shall stand there instead. Of
    two adjustments that overlap, the first in the reading wins.

    Args:
        reading: of the document.
        links: for each of its references what is written there; None: it stays as it is.

    >>> from archiver.model import Reference
    >>> reading = Reading("html", "utf-8", (Reference(Span(10, 11), b"u", "u", "img src"),))
    >>> plan_edits(reading, [b"1.png"])
    (Replacement(span=Span(start=10, end=11), new=b'1.png'),)
    """
    if len(links) != len(reading.references):
        raise ValueError(f"{len(links)} links for {len(reading.references)} references")
    edits: list[Replacement] = []
    for adjustment in reading.adjustments:
        if _applies(adjustment, links, settings):
            edit = Replacement(adjustment.span, _new_bytes(adjustment, links))
            if not any(_overlap(edit.span, other.span) for other in edits):
                edits.append(edit)
    taken = [edit.span for edit in edits if edit.span.length]
    for reference, link in zip(reading.references, links, strict=True):
        if link is None or link == reference.raw:
            continue
        if not any(_overlap(reference.span, span) for span in taken):
            edits.append(Replacement(reference.span, link))
    return tuple(sorted(edits, key=lambda edit: edit.span))


def _applies(
    adjustment: Adjustment, links: Sequence[bytes | None], settings: RewriteSettings
) -> bool:
    if not _is_wanted(adjustment.reason, links, settings):
        return False
    if adjustment.link is not None and links[adjustment.link] is None:
        return False
    if adjustment.unless is not None and links[adjustment.unless] is not None:
        return False
    if not adjustment.needs:
        return any(link is not None for link in links)
    return all(links[index] is not None for index in adjustment.needs)


def _is_wanted(reason: str, links: Sequence[bytes | None], settings: RewriteSettings) -> bool:
    if reason == "base":
        return settings.base and not all(link is None or _is_absolute(link) for link in links)
    return {"lazy": settings.lazy == "fill", "csp": settings.csp}.get(reason, True)


def _is_absolute(link: bytes) -> bool:
    """Whether a ``<base>`` cannot change where *link* leads."""
    return link.startswith((b"http://", b"https://"))


def _new_bytes(adjustment: Adjustment, links: Sequence[bytes | None]) -> bytes:
    link = b"" if adjustment.link is None else links[adjustment.link] or b""
    return adjustment.before + link + adjustment.after


def _overlap(first: Span, second: Span) -> bool:
    """Whether two spans share a byte, or one is an insertion inside the other.

    An insertion at an end of a span, or two at one place, are apart.
    """
    return first.start < second.end and second.start < first.end
