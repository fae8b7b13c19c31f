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
        self._compiled = tuple(
            (s, frozenset(s.keys), host_pattern(s.hosts), re.compile(s.match)) for s in signatures
        )

    def find_coverage(self, address: Address) -> Coverage:
        """The parts of *address* that its signatures cover, all of them together."""
        values = query_values(address)
        is_keyed = not self._keys.isdisjoint(values)
        covers: set[str] = set()
        keys: set[str] = set()
        for signature, needed, hosts, path in self._compiled:
            if (needed or signature.any_of) and not is_keyed:
                continue
            if (
                needed <= values.keys()
                and (hosts is None or hosts.fullmatch(address.host))
                and _is_signed(signature, values)
                and path.search(address.path)
            ):
                covers.update(_covers(signature, values))
                keys.update(k for k in (*signature.keys, *signature.any_of) if k in values)
        return Coverage("path" in covers, "query" in covers, frozenset(keys))


def _is_signed(signature: Signature, values: dict[str, str]) -> bool:
    if signature.any_of and values.keys().isdisjoint(signature.any_of):
        return False
    if not signature.value:
        return True
    return re.match(signature.value, view(values[signature.keys[0]])) is not None


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
