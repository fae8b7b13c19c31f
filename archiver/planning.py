"""Which URLs to ask for, best first: the original, the clean one, the one as given, https.

>>> plan = plan_candidates("https://i.example/a.png?x-bce-process=image/watermark,g_7")
>>> [(c.url, str(c.kind)) for c in plan]
[('https://i.example/a.png', 'clean'),
 ('https://i.example/a.png?x-bce-process=image/watermark,g_7', 'as given')]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from archiver.cdn.address import parse_address
from archiver.cdn.attributes import find_beside
from archiver.cdn.cleaning import (
    MAX_DEPTH,
    Found,
    Study,
    clean,
    find_originals,
    has_mark,
)
from archiver.cdn.reasons import explain
from archiver.cdn.settings import PlanningSettings
from archiver.cdn.signatures import NO_COVERAGE
from archiver.cdn.table import Table, build_table
from archiver.model import Candidate, Kind

__all__ = ["PlanningSettings", "has_watermark", "is_signed", "plan_candidates"]

MAX_CANDIDATES = 4  # without https; more requests than that are not polite for one picture
_NOTHING: Mapping[str, str] = MappingProxyType({})
_HTTP = re.compile(r"http://([^/?#:@\[]+)(?::80)?(?=[/?#]|$)", re.IGNORECASE)

_DEFAULTS = PlanningSettings()


def plan_candidates(
    url: str, attributes: Mapping[str, str] = _NOTHING, settings: PlanningSettings = _DEFAULTS
) -> tuple[Candidate, ...]:
    """The URLs worth asking for instead of *url*, best first.

    At most four of clean, original, as given and nested source, as given always among them; as
    given alone where a signature covers the query; for an ``http:`` URL its ``https:`` form last.

    Args:
        url: absolute, scheme-relative or relative; any text is taken.
        attributes: of the element that names it.
    """
    table = _table(settings)
    given = Study(url, table)
    plan: tuple[Candidate, ...] = (Candidate(url),)
    if given.entries or not table.attribute_names.isdisjoint(attributes):
        plan = _plan(given, attributes, settings.quality, table)
    return plan if url[:5].lower() != "http:" else plan + _upgrade(plan)


def has_watermark(url: str, settings: PlanningSettings = _DEFAULTS) -> bool:
    """Whether *url* holds a watermark instruction, be it signed or not; by the rules, not by sight.

    >>> has_watermark("https://i.example/a.png?x-bce-process=image/watermark,g_7")
    True
    """
    table = _table(settings)
    return has_mark(Study(url, table), table)


def explain_candidate(
    candidate: Candidate, url: str, settings: PlanningSettings = _DEFAULTS
) -> str:
    """Why *candidate* is among those for *url*, in words.

    >>> explain_candidate(Candidate("https://i.example/a.png"), "https://i.example/a.png")
    'no rule finds a watermark in it'
    """
    return explain(candidate, url, _table(settings))


def is_signed(url: str, settings: PlanningSettings = _DEFAULTS) -> bool:
    """Whether *url* holds a signature or a token, which opens the picture to whoever has the URL.

    >>> is_signed("https://i.example/a.png?token=abc"), is_signed("https://i.example/a.png?v=1")
    (True, False)
    """
    address = parse_address(url)
    found = address and _table(settings).signatures.find_coverage(address)
    return found not in (None, NO_COVERAGE)


def _table(settings: PlanningSettings) -> Table:
    return _default_table() if settings is _DEFAULTS else _custom_table(settings)


@lru_cache(maxsize=1)
def _default_table() -> Table:
    return build_table((), frozenset())


@lru_cache(maxsize=32)
def _custom_table(settings: PlanningSettings) -> Table:
    return build_table(settings.rules, settings.disable)


def _plan(
    given: Study, attributes: Mapping[str, str], quality: str, table: Table
) -> tuple[Candidate, ...]:
    before = [_candidate(found, Kind.CLEAN) for found in find_beside(given.url, attributes, table)]
    after: list[Candidate] = []
    if quality == "original":
        before += _find_inside(given, quality, table)
        before += [_candidate(found, Kind.ORIGINAL) for found in find_originals(given, table)]
    elif given.has_carriers and not given.coverage.query:
        is_first = next((rule.source_first for _, rule in given.sources()), False)
        (before if is_first else after).extend(_find_inside(given, quality, table))
    cleaned = clean(given, table)
    if cleaned.rule and not given.coverage.query:
        before.append(_candidate(cleaned, Kind.CLEAN))
    return _arrange(before, Candidate(given.url), after)


def _find_inside(given: Study, quality: str, table: Table) -> list[Candidate]:
    """The source a proxy carries, itself without its watermark or processing."""
    found, inner = Found(given.url), given
    for _ in range(MAX_DEPTH):
        source, rule = next(inner.sources(), ("", None))
        if rule is None:
            break
        found, inner = found.then(source, rule), Study(source, table)
    if inner is given:
        return []
    originals = find_originals(inner, table) if quality == "original" else ()
    best = originals[0] if originals else clean(inner, table)
    return [Candidate(best.url, Kind.NESTED_SOURCE, found.rule, found.confidence)]


def _candidate(found: Found, kind: Kind) -> Candidate:
    return Candidate(found.url, kind, found.rule, found.confidence)


def _arrange(
    before: list[Candidate], given: Candidate, after: list[Candidate]
) -> tuple[Candidate, ...]:
    """In order, each URL once, *given* kept whatever is cut."""
    if not after and len(before) < 2:
        return (*(candidate for candidate in before if candidate.url != given.url), given)
    first = _distinct(before, {given.url})[: MAX_CANDIDATES - 1]
    rest = _distinct(after, {given.url, *(candidate.url for candidate in first)})
    return (*first, given, *rest[: MAX_CANDIDATES - 1 - len(first)])


def _distinct(candidates: Iterable[Candidate], seen: set[str]) -> list[Candidate]:
    kept: dict[str, Candidate] = {}
    for candidate in candidates:
        kept.setdefault(candidate.url, candidate)
    return [candidate for candidate in kept.values() if candidate.url not in seen]


def _upgrade(plan: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """The https form, as browsers ask for it: of a sure clean URL, else of the one as given.

    A port other than 80 speaks plain HTTP, so there is nothing to upgrade to.
    """
    best = plan[0]
    if best.kind is not Kind.CLEAN or best.confidence != "high":
        best = next(candidate for candidate in plan if candidate.kind is Kind.AS_GIVEN)
    match = _HTTP.match(best.url)
    if match is None:
        return ()
    secure = f"https://{match[1]}{best.url[match.end() :]}"
    return (Candidate(secure, Kind.HTTPS, best.rule, best.confidence),)
