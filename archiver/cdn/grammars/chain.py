"""``?x-oss-process=image/resize,w_800/watermark,text_QQ``: steps in a query parameter.

Steps are split by `separator`, a step's name from its arguments by `argument`. A value that
starts with `style` names a style kept by the server.
"""

from __future__ import annotations

import re

from archiver.cdn.address import Address
from archiver.cdn.grammars.parts import edit_parts
from archiver.cdn.pieces import drop_steps, first_word, name_pattern, view
from archiver.cdn.rule import Finding, Rule
from archiver.cdn.styles import is_watermark_style

_NAME = re.compile(r"[a-z][a-z_-]*\d?(?=[,/|:?]|$)")


def find_chain(address: Address, rule: Rule) -> Finding | None:
    """Drop the watermark steps of the chain; the original has no chain at all."""
    return edit_parts(address, lambda part: _edit(part, rule), rule.companion)


def _edit(part: str, rule: Rule) -> str | None:
    key, equals, value = part.partition("=")
    if not equals or not name_pattern(rule.parameter).fullmatch(view(key)):
        return None
    seen = view(value)
    if rule.style and seen.startswith(rule.style):
        return "" if is_watermark_style(seen[len(rule.style) :]) else part
    if seen and not _is_chain(seen, rule):
        return None
    kept = drop_steps(value, rule.separator, lambda s: first_word(s, rule.argument) in rule.drop)
    if kept is value:
        return part
    is_empty = view(kept).strip(rule.separator) in ("", rule.prefix.strip(rule.separator))
    return "" if is_empty else f"{key}={kept}"


def _is_chain(seen: str, rule: Rule) -> bool:
    """Whether the value holds steps; calls that answer with JSON (`unless`) are none."""
    if not seen.startswith(rule.prefix):
        return False
    first = _NAME.match(seen, len(rule.prefix))
    return first is not None and first[0] not in rule.unless
