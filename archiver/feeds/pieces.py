"""A long feed as several, for whoever wants to see all of it but not all at once."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.feeds.parts import FeedParts
from archiver.feeds.spans import UnclearFeedError
from archiver.feeds.xml_items import find_xml_places

PIECE_ITEMS = 1000


def pieces_of(data: bytes, most_items: int = PIECE_ITEMS) -> Iterator[bytes]:
    """Feeds that together say what the feed *data* says: what stands around the items, which may
    come again and again, and each item once. A short one, or one whose items cannot be told apart,
    is a piece by itself.
    """
    try:
        places = find_xml_places(data, None)
    except UnclearFeedError:
        yield data
        return
    if len(places.items) <= most_items:
        yield data
        return
    parts = FeedParts(places, most_items)
    yield parts.frame()[1]
    for _, part in parts:
        yield part
