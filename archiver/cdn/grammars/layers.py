"""``?tr=w-800,l-image,i-logo.png,l-end,q-80``: items, some between ``l-…`` and ``l-end``.

The list is the value of `parameter`, or a path segment ``/tr:…/``. Layers nest. `drop` holds
what the keys of the old overlay form start with.
"""

from __future__ import annotations

import re

from archiver.cdn.address import Address
from archiver.cdn.grammars.parts import edit_parts
from archiver.cdn.pieces import join_steps, name_pattern, separator_pattern, view
from archiver.cdn.rule import Finding, Rule

_SEGMENT = re.compile(r"/tr(?::|%3a)(?P<list>[^/]*)", re.IGNORECASE)


def find_layers(address: Address, rule: Rule) -> Finding | None:
    """Drop the layers; the original has no list at all."""
    segment = _SEGMENT.search(address.path)
    if segment is None:
        return edit_parts(address, lambda part: _edit(part, rule))
    kept = _drop_layers(segment["list"], rule)
    if kept is None:
        return None
    before, after = address.path[: segment.start()], address.path[segment.end() :]
    spelt = address.path[segment.start() : segment.start("list")] + kept if kept else ""
    is_marked = kept != segment["list"]
    return Finding(
        clean=address.with_path(before + spelt + after) if is_marked else None,
        originals=(address.with_path(before + after),),
        is_marked=is_marked,
    )


def _edit(part: str, rule: Rule) -> str | None:
    key, equals, value = part.partition("=")
    if not name_pattern(rule.parameter).fullmatch(view(key)):
        return None
    kept = _drop_layers(value, rule)
    return kept and key + equals + kept


def _drop_layers(text: str, rule: Rule) -> str | None:
    """*text* without layers; None where a rule for all hosts sees no layer in it."""
    pieces = separator_pattern(",:").split(text)
    items = [view(piece) for piece in pieces[::2]]
    if not rule.hosts and "l-end" not in items:
        return None
    is_kept = [
        not is_layer and not (rule.drop and item.startswith(rule.drop))
        for item, is_layer in zip(items, _find_layers(items), strict=True)
    ]
    return join_steps(pieces, is_kept)


def _find_layers(items: list[str]) -> list[bool]:
    """For each item whether it lies in a closed layer."""
    is_layer = [False] * len(items)
    depth = start = 0
    for i, item in enumerate(items):
        if item == "l-end" and depth:
            depth -= 1
            if not depth:
                is_layer[start : i + 1] = [True] * (i + 1 - start)
        elif item.startswith("l-") and item != "l-end":
            start = start if depth else i
            depth += 1
    return is_layer
