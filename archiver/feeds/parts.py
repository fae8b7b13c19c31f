"""An XML feed cut into small ones, each with some of its items.

A parser that holds a whole feed then holds a few items at a time, however many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.feeds.spans import Feed

PART_ITEMS = 100
_NAME = re.compile(rb"<([^\s<>/]+)")


@dataclass(frozen=True, slots=True)
class FeedParts:
    """The parts of a feed, in its order; they may be gone through again and again.

    A part has no fewer bytes of items than of what stands around them, so that all parts together
    cost no more than twice the feed.

    Attributes:
        feed: of which is known where its items stand.
        most_items: of a part, but for that.
    """

    feed: Feed
    most_items: int = PART_ITEMS

    def frame(self) -> tuple[int, bytes]:
        """The feed with empty items, and how many: before all that stands behind an item there
        must be one, for parsers tell by it whose title a title is."""
        data, first = self.feed.data, self.feed.items[0].span
        name = _NAME.match(data, first.start)
        stand_in = b"<%b/>" % name[1] if name else b""
        ends = [item.span.start for item in self.feed.items[1:]] + [len(data)]
        behind = (data[i.span.end : end] for i, end in zip(self.feed.items, ends, strict=True))
        said = [gap for gap in behind if not gap.isspace() and gap]
        made = b"".join([data[: first.start], *(stand_in + gap for gap in said)])
        return len(said), self.feed.file_bytes(made)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """How many items each part has, and its bytes."""
        head, tail = self._head(), self.feed.data[self.feed.items[-1].span.end :]
        raws: list[bytes] = []
        size_bytes = 0
        for item in self.feed.items:
            raws.append(self.feed.raw(item))
            size_bytes += item.span.length
            if len(raws) >= self.most_items and size_bytes >= len(head) + len(tail):
                yield len(raws), self.feed.file_bytes(b"".join([head, *raws, tail]))
                raws, size_bytes = [], 0
        if raws:
            yield len(raws), self.feed.file_bytes(b"".join([head, *raws, tail]))

    def _head(self) -> bytes:
        """What stands before the items, but for RDF's list of them, which no reader needs."""
        data, index, end = self.feed.data, self.feed.index, self.feed.items[0].span.start
        if index is None or index.end > end:
            return data[:end]
        return data[: index.start] + data[index.end : end]
