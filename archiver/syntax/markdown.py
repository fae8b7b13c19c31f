"""Where the images, the HTML and the code of a Markdown text stand (CommonMark, and tables).

pyromark (pulldown-cmark) gives events with ranges in UTF-8 bytes; a scanner of ours finds the
destination inside them. All offsets given out count characters of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pyromark

from archiver.syntax.destinations import Place, find_after_label, find_inline
from archiver.syntax.utf8 import character_counter

# Maths is off: with it `$![a](b)$` shows no image, and the generators have it off. Front matter is
# cut by the caller.
OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
)
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\n|\r)|[^\r\n]++")
_CR = re.compile(r"\r(?!\n)")
_LONE = re.compile("[\ud800-\udfff]")
_BLOCKS = frozenset({
    "Paragraph", "Heading", "BlockQuote", "CodeBlock", "List", "Item", "FootnoteDefinition",
    "Table", "TableHead", "TableRow", "TableCell",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Destination:
    """The URL of an image or a link.

    Attributes:
        place: its raw text without angle brackets; None: it could not be told.
        value: what it means by the parser.
        is_in_table: its raw text writes ``|`` as ``\\|``.
        is_definition: it stands in a link reference definition.
    """

    place: Place | None
    value: str
    is_in_table: bool = False
    is_definition: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """An image that is shown: not one in the description of another.

    Attributes:
        start, end: the whole construct.
        link: the target of the link around it, written inline.
        is_linked: whether a link of any kind is around it.
    """

    start: int
    end: int
    destination: Destination
    link: Destination | None = None
    is_linked: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """What a Markdown text holds; lists in file order.

    Attributes:
        html: pieces of raw HTML, without the prefixes of quotes and lists.
        blocks: where blocks begin that show as elements.
        verbatim: code spans and code blocks.
    """

    images: list[Image]
    html: list[Place]
    blocks: list[int]
    verbatim: list[Place]


def scan_markdown(text: str) -> Scan:
    """Find the images, the HTML and the code of a Markdown text.

    >>> [(i.start, i.destination.place) for i in scan_markdown("a ![b](c.png 'd')").images]
    [(2, (7, 12))]
    """
    # The parser takes a CR for a line end, but not in the line that opens a fence.
    source = _CR.sub("\n", _LONE.sub("\ufffd", text))
    walk = _Walk(source)
    for event, span in pyromark.events_with_range(source, options=OPTIONS):
        walk.step(event, span["start"], span["end"])
    return walk.scan


@dataclass(slots=True)
class _Open:
    """An image or link whose end has not come; offsets in bytes."""

    start: int
    inner_end: int  # behind the last child so far
    tag: dict[str, str]
    images: list[int] = field(default_factory=list)  # indices of the images in a link


class _Walk:
    """One pass over the events."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.to_character = character_counter(source)
        self.scan = Scan([], [], [], [])
        self.image: _Open | None = None
        self.link: _Open | None = None
        self.depth = 0  # of images in images
        self.tables = 0
        self.definitions: dict[str, Destination] | None = None

    def step(self, event: Any, start: int, end: int) -> None:
        name, value = _unpack(event)
        if name == "Start":
            self._begin(*_unpack(value), start, end)
            return
        if name == "End":
            self._end(_unpack(value)[0], end)
        elif name == "Code":
            self._add_verbatim(start, end)
        elif name in ("Html", "InlineHtml") and not self.depth:
            self._add_html(value, start, end)
        for part in (self.image, self.link):
            if part:
                part.inner_end = max(part.inner_end, end)

    def _begin(self, tag: str, details: Any, start: int, end: int) -> None:
        if tag == "Image":
            self.depth += 1
            if self.depth == 1:
                self.image = _Open(start, start + 2, details)
        elif tag == "Link" and not self.depth:
            self.link = _Open(start, start + 1, details)
        elif tag in _BLOCKS:
            self.scan.blocks.append(self.to_character(start))
            self.tables += tag == "Table"
            if tag == "CodeBlock":
                self._add_verbatim(start, end)

    def _end(self, tag: str, end: int) -> None:
        if tag == "Image":
            self.depth -= 1
            if not self.depth and self.image:
                self._add_image(self.image, end)
                self.image = None
        elif tag == "Link" and not self.depth and self.link:
            self._close_link(self.link, end)
            self.link = None
        elif tag == "Table":
            self.tables -= 1

    def _add_verbatim(self, start: int, end: int) -> None:
        self.scan.verbatim.append((self.to_character(start), self.to_character(end)))

    def _add_image(self, image: _Open, end: int) -> None:
        if self.link:
            self.link.images.append(len(self.scan.images))
        place = self.to_character(image.start), self.to_character(end)
        self.scan.images.append(
            Image(*place, self._destination(image, end), is_linked=self.link is not None)
        )

    def _close_link(self, link: _Open, end: int) -> None:
        if link.images and link.tag["link_type"] == "Inline":
            target = self._destination(link, end)
            for index in link.images:
                self.scan.images[index] = replace(self.scan.images[index], link=target)

    def _destination(self, part: _Open, end: int) -> Destination:
        value = part.tag["dest_url"]
        if part.tag["link_type"] == "Inline":
            inner_end, stop = self.to_character(part.inner_end), self.to_character(end)
            place = find_inline(self.source, inner_end, stop)
            return Destination(place, value, is_in_table=self.tables > 0)
        if self.definitions is None:
            self.definitions = _find_definitions(self.source, self.to_character)
        unknown = Destination(None, value, is_definition=True)
        return self.definitions.get(_normal(part.tag["id"]), unknown)

    def _add_html(self, shown: str, start: int, end: int) -> None:
        """The event's lines without the quote and list marks before them, which *shown* lacks."""
        if self.tables and "\\|" in shown:
            return  # a pipe in a cell is written with a backslash that HTML would keep
        first, last = self.to_character(start), self.to_character(end)
        lines = list(_LINE.finditer(self.source, first, last))
        lengths = [len(line) for line in _LINE.findall(shown)]
        if len(lengths) != len(lines):
            lengths = [len(line[0]) for line in lines]
        for line, length in zip(lines, lengths, strict=True):
            self.scan.html.append((max(line.end() - length, line.start()), line.end()))


def _unpack(event: Any) -> tuple[str, Any]:
    """``{"Start": "Paragraph"}`` → its name and what it holds; a bare name holds None."""
    return next(iter(event.items())) if isinstance(event, dict) else (event, None)


def _normal(label: str) -> str:
    return " ".join(label.split()).casefold()


def _find_definitions(source: str, to_character: Callable[[int], int]) -> dict[str, Destination]:
    """Normalised label → destination, of the definitions that count (the first of each label)."""
    found: dict[str, Destination] = {}
    for label, definition in pyromark.reference_definitions(source, options=OPTIONS).items():
        start, end = (to_character(definition["span"][side]) for side in ("start", "end"))
        place = find_after_label(source, start, end)
        destination = Destination(place, definition["dest"], is_definition=True)
        found.setdefault(_normal(label), destination)
    return found
