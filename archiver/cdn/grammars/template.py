"""``/id~tplv-service-watermark:0:0.image``: a named template with arguments and an extension.

A template can't be removed, only swapped for one that is known to exist: `swap` maps a service
to its unmarked template. `drop` holds what the name of a marking template contains.
"""

from __future__ import annotations

import re

from archiver.cdn.address import Address
from archiver.cdn.rule import Finding, Rule

_TEMPLATE = re.compile(r"~tplv-(?P<service>[a-z0-9]+)-(?P<name>[^:./]*)[^/]*$", re.IGNORECASE)


def find_template(address: Address, rule: Rule) -> Finding | None:
    """Swap the template; without a known one, only say whether it marks."""
    match = _TEMPLATE.search(address.path)
    if match is None:
        return None
    is_marked = any(word in match["name"].lower() for word in rule.drop)
    template = dict(rule.swap).get(match["service"].lower())
    if template is None:
        return Finding(is_marked=is_marked)
    swapped = address.with_path(address.path[: match.start("name")] + template)
    return Finding(swapped if is_marked else None, (swapped,), is_marked=is_marked)
