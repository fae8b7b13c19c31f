"""``/<uuid>/-/preview/800x600/-/overlay/<uuid>/80px80p/center/a.jpg``: operations after ``-/``."""

from __future__ import annotations

import re

from archiver.cdn.address import Address
from archiver.cdn.pieces import view
from archiver.cdn.rule import Finding, Rule

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_OBJECT = re.compile(rf"/{_UUID}(?:~\d+/nth/\d+)?/(?=-/)", re.IGNORECASE)


def find_operations(address: Address, rule: Rule) -> Finding | None:
    """Drop the operations that draw; the original is the object and its file name."""
    start = _OBJECT.search(address.path)
    if start is None:
        return None
    before = address.path[: start.end()]
    text, _, name = address.path[start.end() :].rpartition("/")
    operations = re.split(r"(?<=/)(?=-/)", text + "/")
    kept = [op for op in operations if view(op[2:].partition("/")[0]) not in rule.drop]
    is_marked = len(kept) < len(operations)
    return Finding(
        clean=address.with_path(before + "".join(kept) + name) if is_marked else None,
        originals=(address.with_path(before + name),),
        is_marked=is_marked,
    )
