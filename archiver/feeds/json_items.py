"""Where the items of a JSON Feed (1.0, 1.1) stand."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from archiver.feeds.spans import Feed, Item, Scope, UnclearFeedError
from archiver.model import Span
from archiver.syntax.dates import read_date

T = TypeVar("T")

_BLANK = re.compile(r"[ \t\r\n]*+")
_DECODER = json.JSONDecoder()


def find_json_items(data: bytes, base_url: str | None) -> Feed:
    """The items of *data*, which is UTF-8 (RFC 8259).

    Raises:
        UnclearFeedError: it is no JSON, or its items are no objects in a list.
    """
    try:
        text = data.decode("utf-8")
        walk = JsonWalk(text, _facts)
        walk.read_feed()
    except (ValueError, RecursionError, IndexError) as error:
        raise UnclearFeedError(f"not JSON throughout ({error})") from error
    places = _ByteCounter(text)
    items = tuple(
        _describe(value, Span(places.count(start), places.count(end)))
        for start, end, value in walk.items
    )
    end = places.count(walk.end)
    return Feed("json", data, "utf-8", "utf-8", items, end, Scope(base=base_url))


class _ByteCounter:
    """From character places, which must not come down, to byte places."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._bytes = text, 0, 0

    def count(self, place: int) -> int:
        self._bytes += len(self._text[self._at : place].encode("utf-8"))
        self._at = place
        return self._bytes


class JsonWalk(Generic[T]):
    """Reads the outermost object and its list of items, value by value.

    Args:
        describe: what is kept of an item.

    Attributes:
        items: start, end and facts of each, in order.
        end: before the ``]`` of the list.
        members: what else the object holds; of two lists of items the second.
    """

    def __init__(self, text: str, describe: Callable[[dict[str, Any]], T]) -> None:
        self.text, self._describe = text, describe
        self.items: list[tuple[int, int, T]] = []
        self.end = 0
        self.members: dict[str, Any] = {}
        self._place = 0  # behind what was read last

    def read_feed(self) -> None:
        start = 1 if self.text.startswith("\ufeff") else 0
        for member in self._members(start, "{", "}"):
            key, place = self._value(member)
            place = self._skip(self._expect(place, ":"))
            if key == "items" and not self.end:
                self._place = self._read_items(place)
            else:
                self.members[key], self._place = self._value(place)
        if self._skip(self._place) != len(self.text):
            raise UnclearFeedError("there is more behind its end")
        if not self.end:
            raise UnclearFeedError("it has no list of items")

    def _read_items(self, place: int) -> int:
        for start in self._members(place, "[", "]"):
            value, end = self._value(start)
            if not isinstance(value, dict):
                raise UnclearFeedError("an item is no object")
            self.items.append((start, end, self._describe(value)))
            self._place = end
        self.end = self._place - 1
        return self._place

    def _members(self, place: int, first: str, last: str) -> Iterator[int]:
        """Where each member begins; whoever reads it leaves its end in `_place`."""
        place = self._skip(self._expect(place, first))
        if self.text[place] == last:
            self._place = place + 1
            return
        while True:
            yield place
            place = self._skip(self._place)
            if self.text[place] == last:
                self._place = place + 1
                return
            place = self._skip(self._expect(place, ","))

    def _value(self, place: int) -> tuple[Any, int]:
        return _DECODER.raw_decode(self.text, place)

    def _skip(self, place: int) -> int:
        match = _BLANK.match(self.text, place)
        return match.end() if match else place

    def _expect(self, place: int, mark: str) -> int:
        place = self._skip(place)
        if self.text[place] != mark:
            raise UnclearFeedError(f"{mark} expected at {place}")
        return place + 1


def _facts(value: dict[str, Any]) -> dict[str, Any]:
    """What is kept of an item: its content only as a digest, so that memory stays flat."""
    kept = {name: value[name] for name in _FACTS if isinstance(value.get(name), str | int | float)}
    said = json.dumps(value, sort_keys=True).encode()
    return kept | {"content": hashlib.blake2b(said, digest_size=16).digest()}


_FACTS = ("id", "url", "external_url", "date_published", "date_modified")


def _describe(facts: dict[str, Any], span: Span) -> Item:
    key = next((str(facts[n]).strip() for n in _FACTS[:3] if facts.get(n) not in (None, "")), "")
    dates = (read_date(str(facts[n])) for n in _FACTS[3:] if n in facts)
    return Item(span, key, facts["content"], next((d for d in dates if d), None))
