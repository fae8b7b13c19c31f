"""Where the items of an XML feed stand, whatever else is broken in it.

The tags around the items are followed one by one; what is inside an item is left to
`item_facts`, so that memory is a few places an item, not a tree of the feed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from archiver.feeds.item_facts import describe_item
from archiver.feeds.spans import Feed, FeedKind, Item, Scope, UnclearFeedError
from archiver.model import Span
from archiver.syntax.escapes import XML_TEXT
from archiver.syntax.urls import resolve_base
from archiver.syntax.xml import (
    XML_ATTRIBUTE_OF_BYTES,
    XML_TOKEN_OF_BYTES,
    as_text,
    read_entities,
)
from archiver.syntax.xml_encoding import xml_encoding

_KINDS: Mapping[str, FeedKind] = {"rss": "rss", "channel": "rss", "RDF": "rdf", "feed": "atom"}
_OTHER_NAMESPACES = ("media", "itunes", "content", "dc")
_NO_BYTE_VIEW = ("utf-16", "utf_16", "iso2022")


class _Open(NamedTuple):
    raw_name: str
    number: int  # tells two elements of one name apart
    scope: Scope


def find_xml_items(data: bytes, base_url: str | None) -> Feed:
    """The items of *data*.

    Raises:
        UnclearFeedError: it cannot be told for sure where they are.
    """
    places = find_xml_places(data, base_url)

    def describe(span: Span) -> Item:
        raw = places.data[span.start : span.end].decode(places.encoding, "replace")
        return describe_item(raw, span)

    return replace(places, items=tuple(describe(item.span) for item in places.items))


def find_xml_places(data: bytes, base_url: str | None) -> Feed:
    """The same, but nothing is told of the items but where they are.

    Raises:
        UnclearFeedError: it cannot be told for sure.
    """
    file_encoding = xml_encoding(data)
    view, encoding = _view(data, file_encoding)
    scanner = _Scanner(view, encoding, base_url)
    scanner.scan()
    if scanner.kind is None or scanner.end is None:
        raise UnclearFeedError("what holds its items has no end")
    return Feed(
        scanner.kind,
        view,
        encoding,
        file_encoding,
        tuple(Item(span) for span in scanner.spans),
        scanner.end,
        scanner.scope,
        scanner.index,
        scanner.entities,
    )


def _view(data: bytes, encoding: str) -> tuple[bytes, str]:
    """*data* with no byte that looks like markup and is none, and its encoding."""
    if not encoding.startswith(_NO_BYTE_VIEW):
        return data, encoding
    try:
        text = data.decode(encoding)
        is_exact = text.encode(encoding) == data
    except UnicodeError:
        is_exact = False
    if not is_exact:
        raise UnclearFeedError(f"not {encoding} throughout")
    return text.encode("utf-8"), "utf-8"


class _Scanner:
    """Follows the tags around items.

    Attributes:
        end: before the end tag of what holds the items; None until it was seen.
        scope: what is in force there.
    """

    def __init__(self, data: bytes, encoding: str, base_url: str | None) -> None:
        self.data, self.encoding = data, encoding
        self.kind: FeedKind | None = None
        self.spans: list[Span] = []
        self.end: int | None = None
        self.scope = Scope(base=base_url)
        self.index: Span | None = None
        self.entities: Mapping[str, str] = {}
        self._base_url = base_url
        self._open: list[_Open] = []
        self._count = 0
        self._home: _Open | None = None  # what holds the items
        self._item: tuple[str, int] | None = None  # name and start of the one under way
        self._index_start = 0

    def scan(self) -> None:
        for token in XML_TOKEN_OF_BYTES.finditer(self.data):
            if token["start"]:
                self._start(as_text(token["start"]), token)
            elif token["end"]:
                self._end(as_text(token["end"]), token)
            elif token["subset"] and not self.entities:
                self.entities = read_entities(as_text(token["subset"]))
        if self._item is not None:
            raise UnclearFeedError("an item has no end")
        if self._open:
            raise UnclearFeedError("it is cut off")

    def _start(self, name: str, token: re.Match[bytes]) -> None:
        is_empty = token["attributes"].endswith(b"/")
        if self._item is not None:
            if name == self._item[0] and not is_empty:
                raise UnclearFeedError("an item begins inside another")
            return
        if not self._open and self.kind is not None:
            raise UnclearFeedError("there is more behind its end")
        if self._is_item(name):
            self._begin_item(name, token, is_empty)
        else:
            self._go_in(name, token, is_empty)

    def _is_item(self, name: str) -> bool:
        prefix, _, local = name.rpartition(":")
        wanted = "entry" if self.kind == "atom" else "item"
        return local == wanted and self.kind is not None and prefix not in _OTHER_NAMESPACES

    def _begin_item(self, name: str, token: re.Match[bytes], is_empty: bool) -> None:
        home = self._open[-1]
        if self._home is not None and home.number != self._home.number:
            raise UnclearFeedError("its items do not stand side by side")
        self._home, self._item = home, (name, token.start())
        if is_empty:
            self._finish_item(token.end())

    def _finish_item(self, end: int) -> None:
        if self._item is None:
            return
        self.spans.append(Span(self._item[1], end))
        self._item = None

    def _go_in(self, name: str, token: re.Match[bytes], is_empty: bool) -> None:
        local = name.rpartition(":")[2]
        if not self._open:
            self.kind = _KINDS.get(local)
            if self.kind is None:
                raise UnclearFeedError(f"<{local}> is no feed's")
        if is_empty:
            return
        outer = self._open[-1].scope if self._open else Scope(base=self._base_url)
        self._count += 1
        scope = _scope_of(self.data, token, outer, self.encoding)
        self._open.append(_Open(name, self._count, scope))
        if local == "Seq" and self.kind == "rdf" and self.index is None:
            self._index_start = token.end()

    def _end(self, name: str, token: re.Match[bytes]) -> None:
        if self._item is not None:
            if name == self._item[0]:
                self._finish_item(token.end())
            return
        if not any(opened.raw_name == name for opened in self._open):
            return
        while True:
            opened = self._open.pop()
            self._leave(opened, token.start())
            if opened.raw_name == name:
                return

    def _leave(self, opened: _Open, end: int) -> None:
        local = opened.raw_name.rpartition(":")[2]
        if local == "Seq" and self._index_start and self.index is None:
            self.index = Span(self._index_start, end)
        is_home = self._home is not None and opened.number == self._home.number
        if is_home or (self._home is None and self._is_home_without_items(local)):
            self.end, self.scope = end, opened.scope

    def _is_home_without_items(self, local: str) -> bool:
        if self.kind == "rss":
            return local == "channel"
        return not self._open


def _scope_of(data: bytes, token: re.Match[bytes], outer: Scope, encoding: str) -> Scope:
    """The scope inside a start tag."""
    prefixes, base, language = dict(outer.prefixes), outer.base, outer.language
    for match in XML_ATTRIBUTE_OF_BYTES.finditer(data, *token.span("attributes")):
        raw = match[2] if match[2] is not None else match[3]
        value = XML_TEXT.decode(raw.decode(encoding, "replace"))[0]
        name = as_text(match[1])
        if name == "xmlns" or name.startswith("xmlns:"):
            prefixes[name.partition(":")[2]] = value
        elif name == "xml:base":
            base = resolve_base(value, base)
        elif name == "xml:lang":
            language = value
    return Scope(prefixes, base, language)
