"""Where the destination of a Markdown image, link or definition stands (CommonMark 0.31, 6.3, 4.7).

The parser has accepted the construct already; what is left is to find the destination's borders.
"""

from __future__ import annotations

import re

from archiver.syntax.patterns import compile_pattern

Place = tuple[int, int]

# Blanks, and a line end with the marks of the quotes and lists the line stands in.
_GAP = compile_pattern(r"(?:[ \t]|(?:\r\n|\n|\r)[ \t]*+(?:>[ \t]?)*+)*+")
_ANGLE = compile_pattern(r"<(?P<url>(?:[^<>\\\r\n]|\\[^\r\n])*+)>")
_PART = compile_pattern(r"\\[!-/:-@\[-`{-~]|(?P<parenthesis>[()])|[^()\\\x00-\x20\x7f]++|\\")
_LABEL = compile_pattern(r"\[(?:[^\]\\]|\\.)*+\]:", re.DOTALL)


def find_inline(text: str, inner_end: int, end: int) -> Place | None:
    """The destination of ``![…](destination …)``.

    Args:
        inner_end: behind the last thing inside the brackets: never search from the left, a code
            span or another image in there may hold ``](``.
        end: behind the closing parenthesis.

    >>> find_inline("![a](<b c> 'd')", 3, 15)
    (6, 9)
    """
    opening = text.find("](", inner_end, end)
    return _find(text, opening + 2, end) if opening >= 0 else None


def find_after_label(text: str, start: int, end: int) -> Place | None:
    """The destination of the definition ``[label]: destination …`` between *start* and *end*."""
    label = _LABEL.match(text, start, end)
    return _find(text, label.end(), end) if label else None


def _find(text: str, start: int, end: int) -> Place | None:
    gap = _GAP.match(text, start, end)
    start = gap.end() if gap else start
    angle = _ANGLE.match(text, start, end)
    if angle:
        return angle.span("url")
    stop = _end_of_bare(text, start, end)
    return (start, stop) if stop > start else None


def _end_of_bare(text: str, start: int, end: int) -> int:
    """Behind a destination without brackets: at white space or an unbalanced ``)``."""
    depth = 0
    while part := _PART.match(text, start, end):
        parenthesis = part["parenthesis"]
        depth += {"(": 1, ")": -1}.get(parenthesis or "", 0)
        if depth < 0:
            break
        start = part.end()
    return start
