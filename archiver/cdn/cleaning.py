"""A URL without its watermark, and the sources behind it: the rules applied until nothing changes.

Pure, linear in the URL (a fixed number of passes), no exception on any text, and idempotent by
construction: the result is a URL that no rule changes, or the URL as given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archiver.cdn.address import Address, parse_address
from archiver.cdn.pieces import cut_encoded
from archiver.cdn.rule import Finding, Rule
from archiver.cdn.signatures import Coverage
from archiver.cdn.table import Table

MAX_PASSES = 8  # real URLs settle in two; one that has not by then is left as given
MAX_DEPTH = 3  # proxies inside proxies
_RANKS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Found:
    """A URL, the rules that made it (joined by ``+``) and how sure the least sure of them is."""

    url: str
    rule: str = ""
    confidence: str = "high"

    def then(self, url: str, rule: Rule) -> Found:
        return self.join(Found(url, rule.name, rule.confidence))

    def join(self, later: Found) -> Found:
        """What *later* made of this URL, with the rules of both."""
        names = dict.fromkeys(f"{self.rule}+{later.rule}".split("+"))
        names.pop("", None)
        confidence = min(self.confidence, later.confidence, key=_RANKS.index)
        return Found(later.url, "+".join(names), confidence)


def clean(url: str, table: Table, depth: int = 0) -> Found:
    """*url* without watermark instructions; the same object where no rule matches."""
    found = Found(url)
    for _ in range(MAX_PASSES):
        edited = _clean_once(found, table, depth)
        if edited is found:
            return found
        found = edited
    return Found(url)


def _clean_once(found: Found, table: Table, depth: int) -> Found:
    """The first edit that a rule proposes and no signature forbids; *found* itself for none."""
    for address, coverage, rule, finding in find_all(found.url, table):
        edited = finding.clean
        if edited is None and finding.embedded[1]:
            edited = _clean_embedded(finding, table, depth)
        if edited is not None and coverage.allows(address, edited):
            return found.then(edited.url, rule)
    return found


def _clean_embedded(finding: Finding, table: Table, depth: int) -> Address | None:
    """The URL with the source inside it cleaned; None where that changes nothing."""
    inner = clean(finding.source, table, depth + 1) if depth < MAX_DEPTH else Found(finding.source)
    if inner.url == finding.source:
        return None
    before, raw, after = finding.embedded
    cut = cut_encoded(raw, finding.source, inner.url)
    return None if cut is None else parse_address(before + cut + after)


def find_all(url: str, table: Table) -> Iterator[tuple[Address, Coverage, Rule, Finding]]:
    """Every finding of a rule in *url*, in the order of the table."""
    entries = table.find_entries(url)
    address = parse_address(url) if entries else None
    if address is None:
        return
    coverage = None
    for entry in entries:
        finding = entry.grammar(address, entry.rule) if entry.holds_for(address.host) else None
        if finding is not None:
            coverage = coverage or table.signatures.find_coverage(address)
            yield address, coverage, entry.rule, finding


def has_mark(url: str, table: Table, depth: int = 0) -> bool:
    """Whether a rule sees a watermark instruction in *url*, signed or not."""
    return any(
        finding.is_marked
        or (
            finding.embedded[1] and depth < MAX_DEPTH and has_mark(finding.source, table, depth + 1)
        )
        for _, _, _, finding in find_all(url, table)
    )


def is_sealed(url: str, table: Table) -> bool:
    """Whether a signature covers the query, so that only the URL as given can answer."""
    address = parse_address(url)
    return address is not None and table.signatures.find_coverage(address).query


def find_sources(url: str, table: Table) -> Iterator[tuple[str, Rule]]:
    """URLs that proxies and engines carry inside *url*, as they stand there."""
    for _, _, rule, finding in find_all(url, table):
        if finding.source:
            yield finding.source, rule


def find_originals(url: str, table: Table) -> tuple[Found, ...]:
    """Sources of *url* without any processing, best first; empty where no rule knows one."""
    return tuple(_settle(found, table) for found in _originals_once(Found(url), table))


def _originals_once(found: Found, table: Table) -> tuple[Found, ...]:
    """The originals of the first rule that has some and was not yet used."""
    used = found.rule.split("+")
    for address, coverage, rule, finding in find_all(found.url, table):
        if rule.name in used:
            continue
        allowed = tuple(
            found.then(edited.url, rule)
            for edited in finding.originals
            if edited != address and (rule.is_unsigned or coverage.allows(address, edited))
        )
        if allowed:
            return allowed
    return ()


def _settle(found: Found, table: Table) -> Found:
    """Follow the best original of an original until there is none; then clean what is left."""
    for _ in range(MAX_PASSES):
        further = _originals_once(found, table)
        if not further:
            break
        found = further[0]
    return found.join(clean(found.url, table))
