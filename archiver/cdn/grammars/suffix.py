"""``/a.png-watermark``, ``/a.jpg!w640``: a style's name after the object's own extension.

`separator` holds the characters that may stand between (``!`` also as ``@!``). Only a name that
says so draws a watermark; what else is a style's name is left to `original`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from archiver.cdn.address import Address
from archiver.cdn.grammars.pathpipe import EXTENSION, last_match
from archiver.cdn.pieces import separator_pattern, view
from archiver.cdn.rule import Finding, Rule
from archiver.cdn.styles import STYLE_WORDS, is_watermark_style

_NAME = re.compile(r"[a-z0-9_.\u4e00-\u9fff-]+")
_OWN_EXTENSION = re.compile(r"\.[a-z]{2,5}\d?$")  # the name of another file, not of a style


def find_suffix(address: Address, rule: Rule) -> Finding | None:
    """Cut the style at the end of the path."""
    low = view(address.path)
    if not rule.original and not any(word in low for word in STYLE_WORDS):
        return None
    opener = last_match(_opener_pattern(rule.separator), address.path)
    if opener is None:
        return None
    name = view(address.path[opener.end() :])
    if not _NAME.fullmatch(name) or _OWN_EXTENSION.search(name):
        return None
    bare = address.with_path(address.path[: opener.start("separator")])
    is_mark = is_watermark_style(name)
    return Finding(
        clean=bare if is_mark else None,
        originals=(bare,) if is_mark or rule.original else (),
        is_marked=is_mark,
    )


@lru_cache(maxsize=16)
def _opener_pattern(separator: str) -> re.Pattern[str]:
    at = "(?:@|%40)?" if "!" in separator else ""
    spelt = separator_pattern(separator).pattern
    return re.compile(f"{EXTENSION}(?P<separator>{at}{spelt})", re.IGNORECASE)
