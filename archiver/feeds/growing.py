"""A saved feed grows: the newest feed, with the items of earlier visits that have left it.

All is done with bytes: what the newest feed says stays as it came, but for the order of its items,
and earlier items are spliced in as they came, but for what they need to mean the same there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from archiver.feeds.carrying import Carrier
from archiver.feeds.json_items import find_json_items
from archiver.feeds.ordering import cap_items, find_departed, sort_items
from archiver.feeds.rdf_index import plan_index
from archiver.feeds.spans import Feed
from archiver.feeds.xml_items import find_xml_items
from archiver.model import FeedCaps, Replacement, Span
from archiver.rewrite.splice import splice
from archiver.syntax.json_strings import is_json

MAX_BYTES = 48 * 2**20  # of a grown feed: a document may have 50 MiB, with the links in it
_BLANK_END = re.compile(rb"[ \t\r\n]*\Z")


def find_items(data: bytes, base_url: str | None) -> Feed:
    """The items of a feed.

    Args:
        base_url: what its relative URLs resolve against.

    Raises:
        UnclearFeedError: it cannot be told for sure where they are.

    >>> feed = find_items(b"<rss><channel><item><guid>1</guid></item></channel></rss>", None)
    >>> feed.kind, [item.key for item in feed.items]
    ('rss', ['1'])
    """
    find = find_json_items if is_json(data) else find_xml_items
    return find(data, base_url)


@dataclass(frozen=True, slots=True)
class Grown:
    """A feed that has grown.

    Attributes:
        data: what is saved.
        carried: how many items of earlier visits are in it.
        dropped: how many were left out: `FeedCaps` say so, or a document of ours may not be larger.
        broken: how many of those in it are not well-formed.
        cut: how many were left out for their bytes alone.
    """

    data: bytes
    carried: int = 0
    dropped: int = 0
    broken: int = 0
    cut: int = 0


def grow(
    newest: Feed, earlier: Feed, caps: FeedCaps, now: datetime, max_bytes: int = MAX_BYTES
) -> Grown:
    """*newest* with the items of *earlier* that it has no more.

    Args:
        newest, earlier: of one kind. Where *newest* has all items it is given back as it came.
        now: the time of the visit; an item dated later has no date.
    """
    departed = find_departed(newest.items, earlier.items)
    everything = sort_items([*newest.items, *departed], now)
    kept = cap_items(everything, departed, caps, now, max_bytes - len(newest.data))
    cut = len(cap_items(everything, departed, caps, now, sys.maxsize)) - len(kept)
    own = frozenset(map(id, newest.items))
    count = len(kept) - len(own)
    if not count:
        return Grown(newest.file_bytes(newest.data), 0, len(departed), cut=cut)
    carrier = Carrier(earlier, newest)
    raws = (newest.raw(item) if id(item) in own else carrier.carry(item) for item in kept)
    data = newest.file_bytes(_lay_out(newest, raws, list(plan_index(newest, kept))))
    return Grown(data, count, len(departed) - count, carrier.broken, cut)


def _lay_out(feed: Feed, raws: Iterator[bytes], index: Sequence[Replacement]) -> bytes:
    """*feed* with the items *raws* in the places that it has for items, the rest behind the last
    one; each is made when it is written, so that they are never held beside each other.

    Args:
        index: of the list of items, which stands in none of them.
    """
    new, end = BytesIO(), 0
    for item in feed.items:
        new.write(_splice_part(feed.data, end, item.span.start, index))
        new.write(next(raws))
        end = item.span.end
    if not feed.items:
        new.write(_splice_part(feed.data, 0, feed.end, index))
        new.write(next(raws))
        end = feed.end
    between = _separator(feed)
    for raw in raws:
        new.write(between)
        new.write(raw)
    new.write(_splice_part(feed.data, end, len(feed.data), index))
    return new.getvalue()


def _splice_part(data: bytes, start: int, end: int, changes: Sequence[Replacement]) -> bytes:
    """``data[start:end]`` with those *changes* that lie in it."""
    inside = [
        Replacement(Span(one.span.start - start, one.span.end - start), one.new)
        for one in changes
        if start <= one.span.start and one.span.end <= end
    ]
    return splice(data[start:end], inside)


def _separator(feed: Feed) -> bytes:
    """What stands between two items: the white space that stands before the first one."""
    start = feed.items[0].span.start if feed.items else 0
    blank = _BLANK_END.search(feed.data[:start], max(0, start - 100))
    comma = b"," if feed.kind == "json" else b""
    return comma + ((blank[0] if blank else b"") or b"\n")
