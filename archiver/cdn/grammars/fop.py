"""``?imageView2/2/w/800|watermark/2/text/QQ|imageslim``: piped operations without a key.

The pipe is one ``&`` part among ordinary ones; with `parameter` it is the value of that key.
`steps` and `drop` are what an operation starts with (``imageslim`` is one by itself).
"""

from __future__ import annotations

from archiver.cdn.address import Address
from archiver.cdn.grammars.parts import edit_parts
from archiver.cdn.pieces import drop_steps, name_pattern, view
from archiver.cdn.rule import Finding, Rule


def find_fop(address: Address, rule: Rule) -> Finding | None:
    """Drop the watermark operations; the original has no pipe at all."""
    return edit_parts(address, lambda part: _edit(part, rule))


def _edit(part: str, rule: Rule) -> str | None:
    key, equals, value = part.partition("=") if rule.parameter else ("", "", part)
    if rule.parameter and not name_pattern(rule.parameter).fullmatch(view(key)):
        return None
    if not view(value).startswith((*rule.steps, *rule.drop)) and view(value) != "imageslim":
        return None
    kept = drop_steps(value, "|", lambda step: view(step).startswith(rule.drop))
    return key + equals + kept if kept else ""
