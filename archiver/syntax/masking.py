"""The HTML of a Markdown text alone, at its places, so that one parse reads all of it."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.syntax.destinations import Place

MARKER = "<br>"  # stands for an image; the shortest one, `![a]`, has room for it


def mask_text(text: str, html: list[Place], marks: list[int], blocks: list[int]) -> str:
    """The pieces *html* of *text* at their places, to be parsed once, all of them together.

    All else is blank, but for two stand-ins: `MARKER` at each of *marks*, so that the parse tells
    whether an element can stand there, and ``>`` before each block, which ends a tag left open as
    the ``>`` of the block's own tag would.

    >>> mask_text("a ![b](c)<hr>", [(9, 13)], [2], [0])
    '  <br>   <hr>'
    """
    ends = {block for block in blocks if text[block - 1 : block] in ("\n", "\r")}
    pieces = [(start, text[start : end - (end in ends)]) for start, end in html]
    pieces += [(mark, MARKER) for mark in marks]
    pieces += [(block - 1, ">") for block in blocks if block]
    pieces.sort(key=lambda piece: piece[0])
    parts: list[str] = []
    done = 0
    for start, piece in pieces:
        if start >= done:
            parts += (" " * (start - done), piece)
            done = start + len(piece)
    parts.append(" " * (len(text) - done))
    return "".join(parts)


def cut_out(pieces: list[Place], holes: list[Place]) -> list[Place]:
    """*pieces* without what lies in *holes*; both are sorted, pieces are disjoint.

    >>> cut_out([(0, 10), (12, 15)], [(3, 5), (9, 13)])
    [(0, 3), (5, 9), (13, 15)]
    """
    kept: list[Place] = []
    index = 0
    for start, end in pieces:
        while index < len(holes) and holes[index][1] <= start:
            index += 1
        for hole_start, hole_end in _overlapping(holes, index, end):
            if hole_start > start:
                kept.append((start, hole_start))
            start = max(start, hole_end)
        if start < end:
            kept.append((start, end))
    return kept


def _overlapping(holes: list[Place], index: int, end: int) -> Iterator[Place]:
    while index < len(holes) and holes[index][0] < end:
        yield holes[index]
        index += 1
