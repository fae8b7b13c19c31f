"""The grammars: how a family of services writes processing into a URL.

A grammar is a function ``(Address, Rule) -> Finding | None``. It is pure, raises on no text and
takes time linear in the URL. None says that the URL is not of this grammar. To add one, write a
file here and name it below; to add a service of a known grammar, add an entry to ``rules.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from archiver.cdn.address import Address
from archiver.cdn.grammars.chain import find_chain
from archiver.cdn.rule import Finding, Rule

Grammar = Callable[[Address, Rule], Finding | None]


def find_nothing(address: Address, rule: Rule) -> Finding | None:
    """The grammar ``attribute``: only the element speaks, see `archiver.cdn.attributes`."""
    return None


GRAMMARS: Mapping[str, Grammar] = MappingProxyType(
    {
        "attribute": find_nothing,
        "chain": find_chain,
    }
)
