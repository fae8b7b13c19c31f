"""``/orj360/a.jpg`` → ``/large/a.jpg``: one place of path and query written differently.

`match` is searched in ``path?query``; `clean` and `original` are templates of `re.Match.expand`
for what matched. A template with a scheme (``https://host/\\1``) stands for the whole URL.
"""

from __future__ import annotations

import re

from archiver.cdn.address import Address, parse_address
from archiver.cdn.rule import Finding, Rule


def find_rewrite(address: Address, rule: Rule) -> Finding | None:
    """Write the match as the templates say."""
    target = address.path if address.query is None else f"{address.path}?{address.query}"
    match = re.search(rule.match, target, re.IGNORECASE)
    if match is None:
        return None
    clean = _expand(address, match, rule.clean) if rule.clean else None
    originals = (_expand(address, match, template) for template in rule.original)
    return Finding(
        clean=clean if clean != address else None,
        originals=tuple(original for original in originals if original is not None),
        is_marked=clean is not None,
    )


def _expand(address: Address, match: re.Match[str], template: str) -> Address | None:
    text = match.expand(template)
    if template.startswith("https://"):
        return parse_address(text + address.fragment)
    target = match.string[: match.start()] + text + match.string[match.end() :]
    path, question, query = target.partition("?")
    query_or_none = query if query or (question and address.query == "") else None
    return Address(address.origin, address.host, path, query_or_none, address.fragment)
