"""Signed URLs: which of their parts may not be edited, because the server would notice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archiver.cdn.address import Address
from archiver.cdn.hosts import host_pattern
from archiver.cdn.pieces import view
from archiver.cdn.rule import Signature


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the signatures of a URL cover.

    Attributes:
        path, query: whether an edit of that part breaks the signature.
        keys: the query keys the signature itself stands in; no edit may lose them.
    """

    path: bool = False
    query: bool = False
    keys: frozenset[str] = frozenset()

    def allows(self, given: Address, edited: Address) -> bool:
        """Whether *edited* may be asked for; on another host the signature counts for nothing."""
        if edited.origin != given.origin:
            return True
        if (self.path and edited.path != given.path) or (
            self.query and edited.query != given.query
        ):
            return False
        return not self.keys or self.keys <= query_values(edited).keys()


NO_COVERAGE = Coverage()


class SignatureTable:
    """The signatures, with a cheap test for the many URLs that have none."""

    def __init__(self, signatures: tuple[Signature, ...]) -> None:
        self.signatures = signatures
        self._keys = frozenset(k for s in signatures for k in (*s.keys, *s.any_of))
        self._by_key = tuple(_compile(s) for s in signatures if s.keys or s.any_of)
        self._by_path = tuple(_compile(s) for s in signatures if not s.keys and not s.any_of)
        self._path = re.compile("|".join(f"(?:{one.path.pattern})" for one in self._by_path))

    def find_coverage(self, address: Address) -> Coverage:
        """The parts of *address* that its signatures cover, all of them together."""
        values = query_values(address)
        compiled = self._by_path if self._path.search(address.path) else ()
        if not self._keys.isdisjoint(values):
            compiled += self._by_key
        signatures = [one for one in compiled if _is_signed(one, address, values)]
        if not signatures:
            return NO_COVERAGE
        covers = {part for one in signatures for part in _covers(one.signature, values)}
        keys = {k for one in signatures for k in (*one.signature.keys, *one.signature.any_of)}
        return Coverage("path" in covers, "query" in covers, frozenset(keys & values.keys()))


@dataclass(frozen=True, slots=True)
class _Compiled:
    signature: Signature
    keys: frozenset[str]
    hosts: re.Pattern[str] | None
    path: re.Pattern[str]


def _compile(signature: Signature) -> _Compiled:
    hosts = host_pattern(signature.hosts)
    return _Compiled(signature, frozenset(signature.keys), hosts, re.compile(signature.match))


def _is_signed(one: _Compiled, address: Address, values: dict[str, str]) -> bool:
    signature = one.signature
    if not one.keys <= values.keys():
        return False
    if signature.any_of and values.keys().isdisjoint(signature.any_of):
        return False
    if signature.value and not re.match(signature.value, view(values[signature.keys[0]])):
        return False
    is_host = one.hosts is None or one.hosts.fullmatch(address.host) is not None
    return is_host and one.path.search(address.path) is not None


def _covers(signature: Signature, values: dict[str, str]) -> tuple[str, ...]:
    if signature.unless_empty and not values.get(signature.unless_empty):
        return tuple(part for part in signature.covers if part != "query")
    return signature.covers


def query_values(address: Address) -> dict[str, str]:
    """Lower-case keys of the query and their raw values; the first of each counts."""
    values: dict[str, str] = {}
    for part in (address.query or "").split("&"):
        key, _, value = part.partition("=")
        values.setdefault(view(key), value)
    return values
