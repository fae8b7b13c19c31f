"""``?x-oss-process=image/resize,w_800/watermark,text_QQ``: steps in a query parameter.

Steps are split by `separator`, a step's name from its arguments by `argument`. A value that
starts with `style` names a style kept by the server.
"""

from __future__ import annotations

import re
from functools import lru_cache

from archiver.cdn.address import Address
from archiver.cdn.pieces import drop_parts, drop_steps, first_word, view
from archiver.cdn.rule import Finding, Rule
from archiver.cdn.styles import is_watermark_style

_NO_PICTURE = ("info", "average-hue", "infoexif")  # calls that answer with JSON


def find_chain(address: Address, rule: Rule) -> Finding | None:
    """Drop the watermark steps of the chain; the original has no chain at all."""
    if not address.query:
        return None
    parts = address.query.split("&")
    if rule.companion and rule.companion not in parts:
        return None
    edits = {part: _edit(part, rule) for part in parts}
    if all(edited is None for edited in edits.values()):
        return None
    bare = drop_parts(address.query, lambda part: edits[part] is not None)
    kept = [part if edits[part] is None else edits[part] for part in parts]
    clean = "&".join(part for part, old in zip(kept, parts, strict=True) if part or not old)
    if rule.companion:
        bare = drop_parts(bare, lambda part: part == rule.companion)
        clean = clean if any(edits.values()) else bare
    is_marked = clean != address.query
    return Finding(
        clean=address.with_query(clean) if is_marked else None,
        originals=(address.with_query(bare),),
        is_marked=is_marked,
    )


def _edit(part: str, rule: Rule) -> str | None:
    """*part* without watermark steps, "" where nothing is left, None where it is no chain."""
    key, equals, value = part.partition("=")
    if not equals or not key_pattern(rule.parameter).fullmatch(view(key)):
        return None
    seen = view(value)
    if rule.style and seen.startswith(rule.style):
        return "" if is_watermark_style(seen[len(rule.style) :]) else part
    if seen and not _is_chain(seen, rule):
        return None
    kept = drop_steps(value, rule.separator, lambda s: first_word(s, rule.argument) in rule.drop)
    if kept is value:
        return part
    return f"{key}={kept}" if view(kept).strip("/|") not in ("", rule.prefix.strip("/")) else ""


def _is_chain(seen: str, rule: Rule) -> bool:
    if not seen.startswith(rule.prefix):
        return False
    first = re.split(r"[,/|:?]", seen[len(rule.prefix) :], maxsplit=1)[0]
    return first not in _NO_PICTURE and (bool(rule.prefix) or first.replace("_", "a").isalpha())


@lru_cache(maxsize=256)
def key_pattern(keys: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for the whole of a key; ``*`` stands for letters, digits, hyphens, dots."""
    return re.compile("|".join(re.escape(key).replace(r"\*", "[a-z0-9.-]*") for key in keys))
