"""The bytes of a feed → `Feed`: RSS 0.9x to 2.0, RDF, Atom by feedparser, JSON Feed by `json_feed`.

feedparser takes encodings of every kind, dates of many, and feeds that are not quite well-formed.
It is given bytes only (a text could be a URL, which it would fetch), and leaves the HTML alone.
It keeps some ten times the bytes of a feed, so a long one is given to it in parts.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import feedparser

from archiver.errors import DocumentError
from archiver.feeds.entries import Channel, make_item, name_entry
from archiver.feeds.identity import find_shared_ids
from archiver.feeds.items import Feed, FeedItem, ItemsAnew
from archiver.feeds.json_feed import read_json
from archiver.feeds.parts import PART_ITEMS, FeedParts
from archiver.feeds.spans import UnclearFeedError
from archiver.feeds.xml_items import find_xml_places
from archiver.syntax.json_strings import is_json


def read_feed(data: bytes, url: str = "", charset: str = "", part_items: int = PART_ITEMS) -> Feed:
    """The feed in *data*.

    Args:
        url: where it was had, what relative URLs resolve against; "" for a file.
        charset: label of the answer's Content-Type; "" for none.
        part_items: of a feed with more of them so many are held at a time.

    Raises:
        DocumentError: the bytes are no feed.
    """
    if is_json(data):
        return read_json(data, url, part_items)
    return _read_parts(data, url, charset, part_items) or _read_whole(data, url, charset)


def _read_whole(data: bytes, url: str, charset: str) -> Feed:
    found = _parse(data, url, charset)
    version = found.get("version") or ""
    if not version and not found["entries"]:
        raise DocumentError(url or "the file", "is no feed")
    channel = Channel.of(found, url)
    return channel.feed(tuple(make_item(entry, channel) for entry in found["entries"]))


def _read_parts(data: bytes, url: str, charset: str, part_items: int) -> Feed | None:
    """The same; None where it is no longer than a part, or the parts could mean something else:
    where a feed is not well-formed, what is broken in one item counts for all."""
    try:
        places = find_xml_places(data, None)
    except UnclearFeedError:
        return None
    if len(places.items) <= part_items:
        return None
    parts = FeedParts(places, part_items)
    count, frame = parts.frame()
    found = _parse(frame, url, charset)
    if not found.get("version") or found["bozo"] or len(found["entries"]) != count:
        return None
    channel = Channel.of(found, url)
    try:
        shared = find_shared_ids(_names(parts, found["version"], channel, url, charset))
    except UnclearFeedError:
        return None

    def make() -> Iterator[FeedItem]:
        for _, part in parts:
            for entry in _parse(part, url, charset)["entries"]:
                yield make_item(entry, channel)

    return channel.feed(ItemsAnew(make), shared)


def _parse(data: bytes, url: str, charset: str) -> Any:
    """feedparser's answer. Its headers say the base, and the encoding where the server named one:
    without it the document's own word counts."""
    kind = f"application/xml; charset={charset}" if charset else "application/xml"
    headers = {"content-type": kind} | ({"content-location": url} if url else {})
    return feedparser.parse(
        io.BytesIO(data),
        response_headers=headers,
        resolve_relative_uris=False,
        sanitize_html=False,
    )


def _names(
    parts: FeedParts, version: str, channel: Channel, url: str, charset: str
) -> Iterator[tuple[str, str]]:
    """Id and link of each item.

    Raises:
        UnclearFeedError: a part is another feed than the whole.
    """
    for count, part in parts:
        found = _parse(part, url, charset)
        if found["bozo"] or found["version"] != version or len(found["entries"]) != count:
            raise UnclearFeedError("not well-formed")
        for entry in found["entries"]:
            yield name_entry(entry, channel)
