"""Which item is which: by its id, else its link, else what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from archiver.feeds.items import Feed, FeedItem

_DIGITS = 32  # of a hash; two items of a feed never share them


def with_keys(feed: Feed) -> Iterator[tuple[str, FeedItem]]:
    """Each item with its key, each key once: of two items that are one the first counts.

    An id that items with different links share says nothing; they are told by their links.
    """
    shared = feed.shared_ids
    if shared is None:
        shared = find_shared_ids((item.id, item.link) for item in feed.items)
    seen: set[str] = set()
    for item in feed.items:
        key = _key(item, bool(item.id) and item.id not in shared)
        if key not in seen:
            seen.add(key)
            yield key, item


def find_shared_ids(names: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The ids that stand with different links.

    Args:
        names: id and link of each item.
    """
    links: dict[str, str] = {}
    return frozenset(id for id, link in names if id and links.setdefault(id, link) != link)


def content_hash(item: FeedItem) -> str:
    """Changes where something changes that a post shows."""
    parts = (
        item.title,
        item.link,
        *item.authors,
        *item.categories,
        str(item.published),
        item.picture,
        *(enclosure.url for enclosure in item.enclosures),
        item.html,
    )
    return _hash("content", *parts)


def _key(item: FeedItem, has_id: bool) -> str:
    if has_id:
        return _hash("id", item.id)
    if item.link:
        return _hash("link", item.link)
    return _hash("item", item.title, str(item.published), item.html)


def _hash(*parts: str) -> str:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_DIGITS]
