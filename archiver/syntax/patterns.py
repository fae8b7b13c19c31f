"""Regular expressions that mean the same in every Python 3.11.

Up to 3.11.4 a possessive group, ``(?:…)*+``, whose last round fails half-way takes what that round
had read (python/cpython#106052). An atomic group is right there, ``(?>(?:…)*)``, though it needs
memory for each round.
"""

from __future__ import annotations

import re
import sys
from typing import AnyStr

_IS_RIGHT = sys.version_info >= (3, 11, 5)
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<open>\()|(?P<close>\))"
    r"(?:(?P<quantifier>[*+?]|\{[0-9,]+\})(?P<possessive>\+))?",
    re.DOTALL,
)


def compile_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`."""
    if _IS_RIGHT:
        return re.compile(pattern, flags)
    if isinstance(pattern, bytes):
        return re.compile(make_atomic(pattern.decode("latin-1")).encode("latin-1"), flags)
    return re.compile(make_atomic(pattern), flags)


def make_atomic(pattern: str) -> str:
    r"""*pattern* with atomic groups for possessive ones.

    >>> make_atomic(r"<!--(?:[^-]++|-(?!->))*+-->\)*+[)*+]")
    '<!--(?>(?:[^-]++|-(?!->))*)-->\\)*+[)*+]'
    """
    made: list[str] = []
    opened: list[int] = []  # where in `made` each open group begins
    end = 0
    for token in _TOKEN.finditer(pattern):
        made.append(pattern[end : token.start()])
        end = token.end()
        if token["open"]:
            opened.append(len(made))
        made.append(token[0])
        if token["close"]:
            start = opened.pop()
            if token["possessive"]:
                made[start] = "(?>" + made[start]
                made[-1] = f"){token['quantifier']})"
    return "".join([*made, pattern[end:]])
