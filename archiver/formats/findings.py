"""What a reader has found so far, in any order; at the end a `Reading`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from archiver.formats import ReadingSettings
from archiver.model import LINK_ADDED, Adjustment, Reading, Reference, Span
from archiver.syntax.data_urls import DATA_ATTRIBUTE, is_data_image, name_data
from archiver.syntax.text import Text
from archiver.syntax.urls import is_canonical, resolve, url_bounds

_NOTHING: Mapping[str, str] = {}
_FEW = 100

Borders = tuple[int, int]  # a span as a key: hashed and sorted far faster than a dataclass


class _Change(NamedTuple):
    """An adjustment that names references by their spans; their indices are not known yet."""

    span: Span
    before: bytes
    after: bytes
    link: Borders | None
    needs: tuple[Borders, ...]
    unless: Borders | None
    reason: str
    over: Borders | None


class Findings:
    """References and adjustments of one file."""

    def __init__(self, settings: ReadingSettings) -> None:
        self.settings = settings
        self._references: dict[Borders, Reference] = {}
        self._sheets: dict[Borders, Reference] = {}
        self._changes: dict[tuple[Borders, Borders | None, tuple[Borders, ...]], _Change] = {}
        self._sorted: list[Borders] = []  # all spans but those of `_unsorted`
        self._unsorted: list[Borders] = []
        self._excluded: list[Borders] = []
        self._spelled: dict[str, str] = {}  # what many references say is kept once

    @property
    def count(self) -> int:
        """How much there is to remember."""
        return len(self._references) + len(self._sheets) + len(self._changes)

    def forget(self) -> None:
        """Begin anew, but for what is excluded."""
        for found in (self._references, self._sheets, self._changes, self._spelled):
            found.clear()
        self._sorted, self._unsorted = [], []

    def add_url(
        self,
        text: Text,
        role: str,
        base_url: str | None,
        attributes: Mapping[str, str] = _NOTHING,
        start: int = 0,
        end: int | None = None,
    ) -> Reference | None:
        """The URL that ``text.text[start:end]`` is, as a reference; None: it is no image's.

        Args:
            text: decoded characters, no byte view.
            base_url: what it is relative to.
        """
        if self.settings.data_urls == "extract" and is_data_image(text.text[start:end]):
            return self.add(_refer_data(text, role, attributes, start, end))
        reference = self._refer(text, role, base_url, attributes, start, end)
        return reference and self.add(reference)

    def _refer(
        self,
        text: Text,
        role: str,
        base_url: str | None,
        attributes: Mapping[str, str] = _NOTHING,
        start: int = 0,
        end: int | None = None,
    ) -> Reference | None:
        value = text.text[start:end]
        if is_canonical(value):
            span, url = text.span(start, start + len(value)), value
        else:
            resolved = resolve(value, base_url, text.encoding)
            if resolved is None:
                return None
            first, last = url_bounds(value)
            span, url = text.span(start + first, start + last), resolved
        url, role = (self._spelled.setdefault(each, each) for each in (url, role))
        raw = text.data[span.start : span.end]
        return Reference(span, raw, url, role, attributes or _NOTHING)

    def add_sheet(self, text: Text, role: str, base_url: str | None) -> Reference | None:
        """The style sheet whose URL *text* is; None: it is none that can be asked for."""
        sheet = self._refer(text, role, base_url)
        return sheet and self._keep(self._sheets, sheet)

    def add(self, reference: Reference) -> Reference:
        """Keep *reference*; the first one of a span stays."""
        return self._keep(self._references, reference)

    def _keep(self, found: dict[Borders, Reference], reference: Reference) -> Reference:
        borders = reference.span.start, reference.span.end
        if borders not in found:
            found[borders] = reference
            self._unsorted.append(borders)
        return found[borders]

    def adjust(
        self,
        span: Span,
        before: bytes,
        after: bytes = b"",
        *,
        link: Reference | None = None,
        needs: Iterable[Reference] = (),
        unless: Reference | None = None,
        reason: str,
        over: Reference | None = None,
    ) -> None:
        """Keep an adjustment; see `archiver.model.Adjustment`."""
        change = _Change(
            span,
            before,
            after,
            _borders(link.span) if link else None,
            tuple(_borders(need.span) for need in needs),
            _borders(unless.span) if unless else None,
            reason,
            _borders(over.span) if over else None,
        )
        # Between two pictures one link ends and the next begins.
        own = change.needs if reason == LINK_ADDED else ()
        self._changes.setdefault((_borders(span), change.unless, own), change)

    def exclude(self, span: Span) -> None:
        """Leave everything alone that begins in *span* of the file."""
        self._excluded.append(_borders(span))

    def has(self, span: Span) -> bool:
        """Whether a reference or a style sheet begins in *span*."""
        return self.find(span) is not None

    def find(self, span: Span) -> Reference | None:
        """The reference or style sheet that begins in *span*."""
        self._sort()
        place = bisect_left(self._sorted, (span.start, 0))
        if place == len(self._sorted) or self._sorted[place][0] >= span.end:
            return None
        return self._references.get(self._sorted[place]) or self._sheets[self._sorted[place]]

    def _sort(self) -> None:
        """Asked for in between, again and again: a few new ones are put where they belong."""
        if len(self._unsorted) > _FEW:
            self._sorted = sorted([*self._sorted, *self._unsorted])
        else:
            for borders in self._unsorted:
                insort(self._sorted, borders)
        self._unsorted = []

    def reading(self, format: str, encoding: str, base_url: str | None = None) -> Reading:
        """All of it, sorted; of references that overlap the first one stays."""
        self._excluded.sort()
        references, sheets = self._disjoint_references(), self._kept_sheets()
        places = enumerate([*references, *sheets] if self._changes else ())
        index = {_borders(one.span): place for place, one in places}
        adjustments = (_indexed(change, index) for change in self._changes.values())
        kept = [
            one for one in adjustments if one is not None and not self._is_excluded(one.span.start)
        ]
        kept.sort(key=lambda one: (one.span, one.unless is not None))
        return Reading(
            format, encoding, tuple(references), tuple(kept), base_url, sheets=tuple(sheets)
        )

    def _disjoint_references(self) -> list[Reference]:
        kept: list[Reference] = []
        end = 0
        for span in sorted(self._references):
            if span[1] > span[0] >= end and not self._is_excluded(span[0]):
                kept.append(self._references[span])
                end = span[1]
        return kept

    def _kept_sheets(self) -> list[Reference]:
        found = sorted(span for span in self._sheets if span not in self._references)
        return [self._sheets[span] for span in found if not self._is_excluded(span[0])]

    def _is_excluded(self, start: int) -> bool:
        if not self._excluded:
            return False
        place = bisect_right(self._excluded, (start, start + 1))
        return place > 0 and start < self._excluded[place - 1][1]


def _refer_data(
    text: Text, role: str, attributes: Mapping[str, str], start: int, end: int | None
) -> Reference:
    """A reference whose URL is short; the ``data:`` URL itself is among its attributes."""
    value = text.text[start:end]
    first, last = url_bounds(value)
    span, data = text.span(start + first, start + last), value[first:last]
    attributes = {**attributes, DATA_ATTRIBUTE: data}
    return Reference(span, text.data[span.start : span.end], name_data(data), role, attributes)


def _borders(span: Span) -> Borders:
    return span.start, span.end


def _indexed(change: _Change, index: Mapping[Borders, int]) -> Adjustment | None:
    """*change* with indices; None where a reference it names did not stay."""
    named = [*change.needs, *(span for span in (change.link, change.unless, change.over) if span)]
    if any(span not in index for span in named):
        return None
    return Adjustment(
        change.span,
        change.before,
        change.after,
        index[change.link] if change.link else None,
        tuple(index[span] for span in change.needs),
        index[change.unless] if change.unless else None,
        change.reason,
        index[change.over] if change.over else None,
    )
