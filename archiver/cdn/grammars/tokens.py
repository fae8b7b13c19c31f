"""``?x-oss-process=img/s/800/600/wmi/wk/QQ/wp/9``: a stream of tokens in one value.

A token of `drop` opens a watermark, which eats the pairs whose key is in `steps`, up to any other
token. Without a key (``?img/…``) the value is a part of the query by itself.
"""

from __future__ import annotations

from archiver.cdn.address import Address
from archiver.cdn.grammars.parts import edit_parts
from archiver.cdn.pieces import join_steps, name_pattern, separator_pattern, view
from archiver.cdn.rule import Finding, Rule
from archiver.cdn.styles import is_watermark_style


def find_tokens(address: Address, rule: Rule) -> Finding | None:
    """Drop the watermark tokens; the original has no such value at all."""
    return edit_parts(address, lambda part: _edit(part, rule))


def _edit(part: str, rule: Rule) -> str | None:
    key, equals, value = part.partition("=")
    if not name_pattern(rule.parameter).fullmatch(view(key)):
        key, equals, value = "", "", part
    seen = view(value)
    if rule.style and seen.startswith(rule.style):
        return "" if is_watermark_style(seen[len(rule.style) :]) else part
    if not seen.startswith(rule.prefix):
        return None
    pieces = separator_pattern("/").split(value)
    is_kept = _keep_tokens([view(piece) for piece in pieces[::2]], rule)
    return key + equals + join_steps(pieces, is_kept) if any(is_kept[1:]) else ""


def _keep_tokens(tokens: list[str], rule: Rule) -> list[bool]:
    is_kept: list[bool] = []
    in_mark = is_value = False
    for token in tokens:
        if is_value:
            is_value = False
        elif token in rule.drop:
            in_mark = True
        elif in_mark and token in rule.steps:
            is_value = True
        else:
            in_mark = False
        is_kept.append(not in_mark)
    return is_kept
