"""The entries of a ``srcset`` (WHATWG HTML, "parse a srcset attribute")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from archiver.syntax.patterns import compile_pattern

_SPACE = " \t\n\f\r"
_URL = compile_pattern(rf"[{_SPACE},]*+([^{_SPACE}]++)")  # begins with no comma: it is never empty
# A comma ends the descriptors, but not inside parentheses.
_DESCRIPTORS = compile_pattern(r"(?:[^,(]++|\([^)]*+)*+")


class SrcsetEntry(NamedTuple):
    """One entry: ``text[start:end]`` is its URL."""

    start: int
    end: int
    descriptor: str


def split_srcset(text: str) -> Iterator[SrcsetEntry]:
    """The entries of *text* in order; the URL runs to white space, commas and all.

    >>> [(text[e.start:e.end], e.descriptor)
    ...  for text in ["a.png,b.png 2x, c.png"] for e in split_srcset(text)]
    [('a.png,b.png', '2x'), ('c.png', '')]
    """
    place = 0
    while match := _URL.match(text, place):
        url = match[1].rstrip(",")
        is_ended = len(url) < len(match[1])  # by its comma, without descriptors
        rest = None if is_ended else _DESCRIPTORS.match(text, match.end())
        place = (rest or match).end()
        start = match.start(1)
        yield SrcsetEntry(start, start + len(url), rest[0].strip(_SPACE) if rest else "")


def descriptor_size(descriptor: str) -> float:
    """How large an entry is among those of its srcset: of ``2x`` 2, of ``640w`` 640, of "" 1.

    >>> descriptor_size("640w"), descriptor_size("1.5x"), descriptor_size("")
    (640.0, 1.5, 1.0)
    """
    sizes = re.findall(r"(?<!\S)(\d+(?:\.\d+)?)[wx](?!\S)", descriptor)
    return max(map(float, sizes), default=1.0)
