"""A URL without its watermark, and the sources behind it: the rules applied until nothing changes.

Pure, linear in the URL (a fixed number of passes), no exception on any text, and idempotent by
construction: the result is a URL that no rule changes, or the URL as given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archiver.cdn.address import Address, parse_address
from archiver.cdn.pieces import cut_encoded, view
from archiver.cdn.rule import Finding, Rule
from archiver.cdn.signatures import NO_COVERAGE, Coverage
from archiver.cdn.table import Entry, Table

MAX_PASSES = 8  # real URLs settle in two; one that has not by then is left as given
MAX_DEPTH = 3  # proxies inside proxies
_RANKS = ("low", "medium", "high")


class Found(NamedTuple):
    """A URL, the rules that made it (joined by ``+``) and how sure the least sure of them is."""

    url: str
    rule: str = ""
    confidence: str = "high"

    def then(self, url: str, rule: Rule) -> Found:
        if not self.rule:
            return Found(url, rule.name, rule.confidence)
        return self.join(Found(url, rule.name, rule.confidence))

    def join(self, later: Found) -> Found:
        """What *later* made of this URL, with the rules of both."""
        names = dict.fromkeys(f"{self.rule}+{later.rule}".split("+"))
        names.pop("", None)
        confidence = min(self.confidence, later.confidence, key=_RANKS.index)
        return Found(later.url, "+".join(names), confidence)


class Study:
    """What the rules say of a URL, asked one by one: most questions need only the first."""

    __slots__ = ("_address", "_coverage", "_known", "_table", "entries", "url")

    def __init__(self, url: str, table: Table) -> None:
        self.url, self._table = url, table
        self.entries = table.find_entries(url)
        self._address: Address | None = None
        self._coverage: Coverage | None = None
        self._known: dict[int, Finding | None] = {}

    @property
    def address(self) -> Address | None:
        """The parts of the URL; None where no rule could say anything."""
        if self._address is None and self.entries:
            self._address = parse_address(self.url)
        return self._address

    def findings(self, entries: Sequence[Entry] | None = None) -> Iterator[tuple[Rule, Finding]]:
        """Rules and what they find, in the order of the table; of some *entries*, or of all."""
        asked = self.entries if entries is None else entries
        address = self.address if asked else None
        if address is None:
            return
        for entry in asked:
            if entry.place not in self._known:
                self._known[entry.place] = _ask(entry, address)
            finding = self._known[entry.place]
            if finding is not None:
                yield entry.rule, finding

    def sources(self) -> Iterator[tuple[str, Rule]]:
        """URLs that proxies and engines carry inside, as they stand there."""
        carriers = [entry for entry in self.entries if entry.is_carrier]
        return ((f.source, rule) for rule, f in self.findings(carriers) if f.source)

    @property
    def has_carriers(self) -> bool:
        """Whether a rule may find a source inside."""
        return any(entry.is_carrier for entry in self.entries)

    @property
    def coverage(self) -> Coverage:
        """What the signatures of the URL cover."""
        if self._coverage is None:
            signatures = self._table.signatures
            known = self.address and signatures.find_coverage(self.address)
            self._coverage = known or NO_COVERAGE
        return self._coverage

    def is_allowed(self, edited: Address) -> bool:
        return self.address is not None and self.coverage.allows(self.address, edited)


def _ask(entry: Entry, address: Address) -> Finding | None:
    is_here = entry.hosts is None or entry.hosts.fullmatch(address.host)
    return entry.grammar(address, entry.rule) if is_here else None


def clean(given: Study, table: Table, depth: int = 0) -> Found:
    """The URL without watermark instructions; the same object where no rule matches."""
    found, current = Found(given.url), given
    for _ in range(MAX_PASSES):
        edited = _clean_once(found, current, table, depth)
        if edited is None:
            return found
        found, current = edited, Study(edited.url, table)
    return Found(given.url)


def _clean_once(found: Found, current: Study, table: Table, depth: int) -> Found | None:
    """The first edit that a rule proposes and no signature forbids; None for no edit."""
    for rule, finding in current.findings(_find_able(current)):
        edited = finding.clean
        if edited is None and finding.embedded[1]:
            edited = _clean_embedded(finding, table, depth)
        if edited is not None and current.is_allowed(edited):
            return found.then(edited.url, rule)
    return None


def _find_able(current: Study) -> list[Entry]:
    """The entries that may cut; after a cut, most often none is left to be asked."""
    if not current.entries:
        return []
    seen = view(current.url)
    able = []
    for entry in current.entries:
        for word in entry.words:
            if word in seen:
                able.append(entry)
                break
    return able


def _clean_embedded(finding: Finding, table: Table, depth: int) -> Address | None:
    """The URL with the source inside it cleaned; None where that changes nothing."""
    if depth >= MAX_DEPTH:
        return None
    inner = clean(Study(finding.source, table), table, depth + 1)
    if inner.url == finding.source:
        return None
    before, raw, after = finding.embedded
    cut = cut_encoded(raw, finding.source, inner.url)
    return None if cut is None else parse_address(before + cut + after)


def has_mark(given: Study, table: Table, depth: int = 0) -> bool:
    """Whether a rule sees a watermark instruction in the URL or its source, signed or not."""
    if any(finding.is_marked for _, finding in given.findings()):
        return True
    inside = (Study(source, table) for source, _ in given.sources())
    return depth < MAX_DEPTH and any(has_mark(source, table, depth + 1) for source in inside)


def find_originals(given: Study, table: Table) -> tuple[Found, ...]:
    """Sources without any processing, best first; empty where no rule knows one."""
    return tuple(_settle(found, table) for found in _originals_once(Found(given.url), given))


def _originals_once(found: Found, current: Study) -> tuple[Found, ...]:
    """The originals of the first rule that has some and was not yet used."""
    used = found.rule.split("+")
    for rule, finding in current.findings():
        allowed = tuple(
            found.then(edited.url, rule)
            for edited in finding.originals
            if edited != current.address and (rule.is_unsigned or current.is_allowed(edited))
        )
        if allowed and rule.name not in used:
            return allowed
    return ()


def _settle(found: Found, table: Table) -> Found:
    """Follow the best original of an original until there is none; then clean what is left."""
    current = Study(found.url, table)
    for _ in range(MAX_PASSES):
        further = _originals_once(found, current)
        if not further:
            break
        found, current = further[0], Study(further[0].url, table)
    return found.join(clean(current, table))
