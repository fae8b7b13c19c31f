"""The rules compiled: which of them may say something about a URL, told without parsing it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from archiver.cdn.grammars import GRAMMARS, SOURCE_GRAMMARS, Grammar
from archiver.cdn.hosts import host_pattern, last_labels
from archiver.cdn.reading import read_rules, read_signatures
from archiver.cdn.rule import Rule
from archiver.cdn.signatures import SignatureTable
from archiver.cdn.styles import STYLE_WORDS

_COMMON = ("/image/", "image", "?im", "&im", "/_", "%")  # each stands in several markers
NO_WORD = "\0"  # of a rule that never cuts
MAX_CHOICES = 4096
MAX_URL_CHARS = 16_384  # servers stop at 8 or 16 KiB; what is longer is a data: URL or an attack


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule ready for use.

    Attributes:
        place: its rank in the table.
        words: lower-case texts of which the decoded URL holds one where the rule cuts.
        is_carrier: whether the rule may find a source inside the URL.
    """

    place: int
    rule: Rule
    grammar: Grammar
    hosts: re.Pattern[str] | None
    words: tuple[str, ...]
    is_carrier: bool


_Markers = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All rules of a run.

    Attributes:
        gates: a lower-case text, and the longer ones that hold it, each with the entries that
            need it in the URL, as a mask of places.
        hosts: the last two labels of a host and the entries that hold there, as a mask.
        choices: the entries of the masks that occurred.
        attributes, attribute_names: entries that read the element instead of the URL, and what.
    """

    entries: tuple[Entry, ...]
    gates: tuple[tuple[str, _Markers], ...]
    hosts: dict[str, int]
    attributes: tuple[Entry, ...]
    attribute_names: frozenset[str]
    signatures: SignatureTable
    choices: dict[int, tuple[Entry, ...]] = field(default_factory=dict, compare=False)

    def find_entries(self, url: str) -> tuple[Entry, ...]:
        """The entries whose marker or host stands in *url*, in the order of the table.

        This runs on every URL of a run, so it only searches for fixed texts.
        """
        if len(url) > MAX_URL_CHARS:
            return ()
        low = url.lower()
        places = self.hosts.get(last_labels(low), 0)
        for mask in [
            mask
            for gate, markers in self.gates
            if gate in low
            for marker, mask in markers
            if marker in low
        ]:
            places |= mask
        return (self.choices.get(places) or self._choose(places)) if places else ()

    def _choose(self, places: int) -> tuple[Entry, ...]:
        """The entries of a bit mask; remembered, for few sets occur."""
        chosen = tuple(entry for entry in self.entries if places >> entry.place & 1)
        if chosen and len(self.choices) < MAX_CHOICES:
            self.choices[places] = chosen
        return chosen


@lru_cache(maxsize=32)
def build_table(rules: tuple[Rule, ...], disable: frozenset[str]) -> Table:
    """The user's *rules* before our own, without those of ours that *disable* names.

    A rule of the user's takes the place of one of ours that has the same name.
    """
    own, signatures = load_own()
    hidden = disable | {rule.name for rule in rules}
    active = (*rules, *(rule for rule in own if rule.name not in hidden))
    entries = tuple(_compile(place, rule) for place, rule in enumerate(active))
    in_urls = [entry for entry in entries if entry.rule.grammar != "attribute"]
    hosted = [entry for entry in in_urls if _is_found_by_host(entry.rule)]
    marked = [entry for entry in in_urls if entry not in hosted]
    beside = tuple(entry for entry in entries if entry.rule.grammar == "attribute")
    return Table(
        entries=entries,
        gates=_nest(_group((m, e) for e in marked for m in _markers(e.rule))),
        hosts=_group((_host_key(host), e) for e in hosted for host in e.rule.hosts),
        attributes=beside,
        attribute_names=frozenset(name for entry in beside for name in entry.rule.parameter),
        signatures=signatures,
    )


@lru_cache(maxsize=1)
def load_own() -> tuple[tuple[Rule, ...], SignatureTable]:
    """The package's ``rules.toml``, read on first use."""
    import tomllib  # here, so that a program that plans nothing doesn't pay for them
    from importlib.resources import files

    data = tomllib.loads(files("archiver.cdn").joinpath("rules.toml").read_text("utf-8"))
    return read_rules(data["rules"]), SignatureTable(read_signatures(data["signatures"]))


def _compile(place: int, rule: Rule) -> Entry:
    hosts, is_carrier = host_pattern(rule.hosts), rule.grammar in SOURCE_GRAMMARS
    return Entry(place, rule, GRAMMARS[rule.grammar], hosts, _words(rule), is_carrier)


def _words(rule: Rule) -> tuple[str, ...]:
    if rule.grammar in ("attribute", "nested", "rewrite", "template"):
        return ("",)
    names = {max(name.lower().split("*"), key=len).rstrip("123456789") for name in rule.drop}
    if rule.style or rule.grammar == "suffix":
        names.update(STYLE_WORDS)
    if rule.grammar == "layers":
        names.add("l-end")
    return tuple(n for n in names if not any(o in n and o != n for o in names)) or (NO_WORD,)


def _is_found_by_host(rule: Rule) -> bool:
    keys = [_host_key(host) for host in rule.hosts]
    return bool(keys) and not rule.markers and not any("*" in key for key in keys)


def _host_key(host: str) -> str:
    return last_labels("//" + host.lower())


def _markers(rule: Rule) -> tuple[str, ...]:
    """Where a rule names none: the longest fixed part of each key, else of each name it drops."""
    if rule.markers:
        return rule.markers
    names = rule.parameter or rule.drop or ("",)
    return tuple(max(name.lower().split("*"), key=len) for name in names)


def _group(pairs: Iterable[tuple[str, Entry]]) -> dict[str, int]:
    groups: dict[str, int] = {}
    for key, entry in pairs:
        groups[key] = groups.get(key, 0) | 1 << entry.place
    return groups


def _nest(markers: dict[str, int]) -> tuple[tuple[str, _Markers], ...]:
    """Markers below a common part of theirs, so that one search may rule out many."""
    gates: dict[str, list[tuple[str, int]]] = {gate: [] for gate in _COMMON}
    for marker in sorted(markers, key=len):
        gate = next((gate for gate in gates if gate in marker), marker)
        gates.setdefault(gate, []).append((marker, markers[marker]))
    return tuple((gate, tuple(below)) for gate, below in gates.items() if below)
