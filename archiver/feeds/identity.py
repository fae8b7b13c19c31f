"""Which item is which: by its id, else its link, else what it holds."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from archiver.feeds.items import FeedItem

_DIGITS = 32  # of a hash; two items of a feed never share them


def with_keys(items: Sequence[FeedItem]) -> Iterator[tuple[str, FeedItem]]:
    """Each item with its key, each key once: of two items that are one the first counts.

    An id that items with different links share says nothing; they are told by their links.
    """
    shared = _shared_ids(items)
    seen: set[str] = set()
    for item in items:
        key = _key(item, bool(item.id) and item.id not in shared)
        if key not in seen:
            seen.add(key)
            yield key, item


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


def _shared_ids(items: Sequence[FeedItem]) -> set[str]:
    pairs = {(item.id, item.link) for item in items if item.id}
    counts = Counter(id for id, _ in pairs)
    return {id for id, count in counts.items() if count > 1}


def _key(item: FeedItem, has_id: bool) -> str:
    if has_id:
        return _hash("id", item.id)
    if item.link:
        return _hash("link", item.link)
    return _hash("item", item.title, str(item.published), item.html)


def _hash(*parts: str) -> str:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_DIGITS]
