"""HTML with the place of every attribute in the file.

Places are computed only for the attributes a reader wants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import turbohtml
from bs4 import BeautifulSoup, Tag

from archiver.model import Span
from archiver.syntax.escapes import HTML_ATTRIBUTE
from archiver.syntax.html_tree import (
    SourceTag,
    TurboTreeBuilder,
    group_by_root,
    parse_copy,
    parse_tree,
)
from archiver.syntax.text import Text

Chooser = Callable[[turbohtml.Document], list[turbohtml.Element]]

_VALUE = re.compile(
    r"=?[^\s/>=]*+[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\t\n\f\r >]*+))"
)
GROUP = 500  # elements built at a time

_NO_VALUE = re.compile(r"[\t\n\f\r ]*+=")
_SWITCH = re.compile(r"<!--\s*+archiver:(off|on)\s*+-->")


class Attribute(NamedTuple):
    """An attribute as it stands in a text: characters of the page's text.

    Attributes:
        start, end: all of it, name and quotes too.
        value_start, value_end: the raw value.
        quote: ``"``, ``'`` or "".
    """

    start: int
    end: int
    value_start: int
    value_end: int
    quote: str


@dataclass(slots=True)
class HtmlPage:
    """A parsed text.

    Attributes:
        text: what was parsed.
        document: turbohtml's tree.
        chosen: the elements a reader asked for; None: all.
    """

    text: Text
    document: turbohtml.Document
    chosen: list[turbohtml.Element] | None
    _copy: str = field(repr=False)

    def tags(self) -> Iterator[SourceTag]:
        """The chosen elements in document order, nested as they are.

        They are built a few hundred at a time, between two that stand in no other one: a page of
        nothing but images would else need more memory than a picture.
        """
        for group in [None] if self.chosen is None else group_by_root(self.chosen, GROUP):
            for tag in self.build(group).descendants:
                if isinstance(tag, SourceTag):
                    yield tag

    def build(self, chosen: list[turbohtml.Element] | None = None) -> BeautifulSoup:
        """BeautifulSoup's tree of some elements; None: of the whole page."""
        builder = TurboTreeBuilder(self.document, chosen, multi_valued_attributes=None)
        return BeautifulSoup("", builder=builder, element_classes={Tag: SourceTag})

    def attribute(self, tag: SourceTag, name: str) -> Attribute | None:
        """Where an attribute stands; None for one without value or without place of its own."""
        location = self._location(tag)
        return self._find(location, name) if location else None

    def _location(self, tag: SourceTag) -> turbohtml.SourceLocation | None:
        if tag.location is None and tag.source is not None:
            tag.location = tag.source.source_location
        return tag.location

    def attribute_of(self, element: turbohtml.Element, name: str) -> Attribute | None:
        """As `attribute`, of an element of turbohtml's tree."""
        location = element.source_location
        return self._find(location, name) if location else None

    def _find(self, location: turbohtml.SourceLocation, name: str) -> Attribute | None:
        # Names of SVG are filed in lower case (viewBox).
        span = location.attrs.get(name) or location.attrs.get(name.lower())
        if span is None:
            return None
        match = _VALUE.match(self._copy, span.start_offset, span.end_offset)
        if match is None or match.lastindex is None:
            return None
        start, end = match.span(match.lastindex)
        quote = ("", '"', "'", "")[match.lastindex]
        return Attribute(span.start_offset, span.end_offset, start, end, quote)

    def extent(self, tag: SourceTag, name: str) -> tuple[int, int] | None:
        """Where an attribute stands with all of it, also one without value."""
        location = self._location(tag)
        if location is None:
            return None
        span = location.attrs.get(name) or location.attrs.get(name.lower())
        if span is None:
            return None
        bare = _NO_VALUE.match(self._copy, span.end_offset)  # `src= >`: turbohtml leaves the `=`
        end = bare.end() if bare and not self._find(location, name) else span.end_offset
        return span.start_offset, end

    def start_tag(self, tag: SourceTag) -> tuple[int, int] | None:
        """Where the start tag stands."""
        location = self._location(tag)
        if location is None:
            return None
        return location.start_tag.start_offset, location.start_tag.end_offset

    def value(self, tag: SourceTag, name: str) -> Text | None:
        """The decoded value of an attribute."""
        place = self.attribute(tag, name)
        if place is None:
            return None
        return self.text.child(place.value_start, place.value_end, HTML_ATTRIBUTE)

    def raw_text(self, tag: SourceTag) -> tuple[int, int] | None:
        """Where the content of a ``style`` or ``script`` element lies."""
        return self.content(tag.source) if tag.source else None

    def content(self, element: turbohtml.Element) -> tuple[int, int] | None:
        """Where the content of an element lies."""
        location = element.source_location
        if location is None:
            return None
        end = location.end_tag.start_offset if location.end_tag else len(self._copy)
        return location.start_tag.end_offset, end


def parse_html(text: Text, choose: Chooser | None = None, *, scripting: bool = False) -> HtmlPage:
    """Parse *text*, of a whole document or of a piece of one.

    Args:
        text: a byte view, a decoded text, or a masked one.
        choose: which elements `HtmlPage.tags` gives; None: all.
        scripting: whether ``noscript`` is raw text, as in a browser that runs scripts.
    """
    copy = parse_copy(text.text)
    document = parse_tree(copy, scripting=scripting)
    return HtmlPage(text, document, choose(document) if choose else None, copy)


def switched_off(text: Text) -> Iterator[Span]:
    """The spans between ``<!-- archiver:off -->`` and ``<!-- archiver:on -->`` or the end."""
    start: int | None = None
    if "archiver:off" not in text.text:
        return
    for match in _SWITCH.finditer(text.text):
        if match[1] == "off":
            start = match.end() if start is None else start
        elif start is not None:
            yield text.span(start, match.start())
            start = None
    if start is not None:
        yield text.span(start, len(text.text))
