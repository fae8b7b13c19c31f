"""``?w=1200&mark=logo.png&mark-align=top``: parameters that draw the watermark.

`drop` holds their keys. With `parameter`, one of those must be present with a value that is not
in `unless`; with `companion`, that key too; with `match`, the path must have it. The original
lacks the keys of `original`, but for those of `keep`.
"""

from __future__ import annotations

import re

from archiver.cdn.address import Address
from archiver.cdn.pieces import drop_parts, name_pattern, view
from archiver.cdn.rule import Finding, Rule


def find_params(address: Address, rule: Rule) -> Finding | None:
    """Drop the parameters of the watermark."""
    if not address.query or not re.search(rule.match, address.path, re.IGNORECASE):
        return None
    if not _is_present(address.query, rule):
        return None
    drop, lacking, keep = map(name_pattern, (rule.drop, rule.original, rule.keep))
    clean = drop_parts(address.query, lambda part: bool(drop.fullmatch(_key(part))))
    bare = drop_parts(
        clean, lambda p: bool(lacking.fullmatch(_key(p))) and not keep.fullmatch(_key(p))
    )
    return Finding(
        clean=address.with_query(clean) if clean is not address.query else None,
        originals=(address.with_query(bare),) if rule.original else (),
        is_marked=clean is not address.query,
    )


def _is_present(query: str, rule: Rule) -> bool:
    pairs = [view(part).partition("=") for part in query.split("&")]
    if rule.companion and all(key != rule.companion for key, _, _ in pairs):
        return False
    needed = name_pattern(rule.parameter)
    return not rule.parameter or any(
        needed.fullmatch(key) and value not in rule.unless for key, _, value in pairs
    )


def _key(part: str) -> str:
    return view(part.partition("=")[0])
