"""``/_next/image?url=%2Fa.jpg&w=640``, ``/?http://host/a.jpg``: proxies that name their source.

The source is the value of `parameter`, or the group ``source`` of `match` over ``path?query``.
Without a scheme it is completed by `prefix`; with `companion` in the query, by ``https://``.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from archiver.cdn.address import Address
from archiver.cdn.pieces import name_pattern, view
from archiver.cdn.rule import Finding, Rule

_ABSOLUTE = re.compile(r"https?://[^/]", re.IGNORECASE)
_ENCODED = re.compile(r"(?:https?)?%3a%2f%2f|%2f|[^/?#]*%2f", re.IGNORECASE)


def find_nested(address: Address, rule: Rule) -> Finding | None:
    """Say which URL stands inside, and where."""
    place = _find_value(address, rule) if rule.parameter else _find_match(address, rule)
    if place is None:
        return None
    target = _target(address)
    start, end = place
    source = _complete(target[start:end], address, rule)
    if not source:
        return None
    before = address.origin + target[:start]
    return Finding(
        source=source,
        embedded=(before, target[start:end], target[end:] + address.fragment),
    )


def _target(address: Address) -> str:
    return address.path if address.query is None else f"{address.path}?{address.query}"


def _find_match(address: Address, rule: Rule) -> tuple[int, int] | None:
    match = re.search(rule.match, _target(address), re.IGNORECASE)
    return match.span("source") if match else None


def _find_value(address: Address, rule: Rule) -> tuple[int, int] | None:
    if not address.query or not re.search(rule.match, address.path, re.IGNORECASE):
        return None
    start = len(address.path) + 1
    for part in address.query.split("&"):
        key, equals, _ = part.partition("=")
        if equals and name_pattern(rule.parameter).fullmatch(view(key)):
            return start + len(key) + 1, start + len(part)
        start += len(part) + 1
    return None


def _complete(raw: str, address: Address, rule: Rule) -> str:
    """The value as a URL of its own, "" where it can be none."""
    text = unquote(raw) if _ENCODED.match(raw) else raw
    text = re.sub("^ssl:", "https://", text)
    if _ABSOLUTE.match(text):
        return text
    if text.startswith("//"):
        return (address.origin.partition("//")[0] or "https:") + text
    if text.startswith("/"):
        return address.origin + text
    if not text or re.match("[a-z][a-z0-9+.-]*:", text, re.IGNORECASE):
        return ""
    has_companion = rule.companion and rule.companion in (address.query or "").split("&")
    prefix = "https://" if has_companion else rule.prefix
    return (address.origin if prefix == "/" else "") + prefix + text if prefix else ""
