"""Candidates that stand beside the URL: attributes of the element that name a better picture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archiver.cdn.address import parse_address
from archiver.cdn.cleaning import Found
from archiver.cdn.table import Table


def find_beside(url: str, attributes: Mapping[str, str], table: Table) -> Iterator[Found]:
    """The URLs that rules of the grammar ``attribute`` make of *attributes*.

    A value is used only where the whole of it matches the rule's pattern, so that a document
    can't lead a rule to another host.
    """
    if table.attribute_names.isdisjoint(attributes):
        return
    address = parse_address(url)
    if address is None:
        return
    for entry in table.attributes:
        for name in entry.rule.parameter:
            value = re.fullmatch(entry.rule.match, attributes.get(name, ""))
            if value and (entry.hosts is None or entry.hosts.fullmatch(address.host)):
                yield Found(value.expand(entry.rule.clean), entry.rule.name, entry.rule.confidence)
