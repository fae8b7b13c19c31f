"""Which items a grown feed has, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from archiver.feeds.spans import Item
from archiver.model import FeedCaps

_AHEAD = timedelta(days=1)  # zones are often wrong; what is dated later is a mistake
_DECLARED_BYTES = 300  # what an item may get to mean the same in another feed
_NEVER = datetime.min.replace(tzinfo=UTC)
_ALWAYS = datetime.max.replace(tzinfo=UTC)


def find_departed(newest: Sequence[Item], earlier: Sequence[Item]) -> list[Item]:
    """The items of *earlier* that *newest* doesn't have, in their order.

    An item is known by its key. A key that several items of one feed share (a link to the site's
    front page) tells nothing; then, and without a key, the content must be the same.
    """
    shared = {key for items in (newest, earlier) for key in _shared_keys(items)}
    has_keys = {item.key for item in newest} - shared - {""}
    has_contents = {(item.key, item.content) for item in newest}
    return [
        item
        for item in earlier
        if item.key not in has_keys and (item.key, item.content) not in has_contents
    ]


def _shared_keys(items: Sequence[Item]) -> list[str]:
    return [key for key, count in Counter(item.key for item in items).items() if count > 1]


def sort_items(items: Sequence[Item], now: datetime) -> list[Item]:
    """*items*, newest first; one whose date makes no sense stays behind the one before it.

    Where no date makes sense the order is as it was.
    """
    dated, last = [], _ALWAYS
    for item in items:
        last = _sane(item, now) or last
        dated.append((last, item))
    return [item for _, item in sorted(dated, key=lambda pair: pair[0], reverse=True)]


def cap_items(
    items: Sequence[Item],
    departed: Sequence[Item],
    caps: FeedCaps,
    now: datetime,
    room_bytes: int,
) -> list[Item]:
    """*items* without those of *departed* that there is no room for; the last ones go first.

    What the source still has always stays.

    Args:
        items: in the order they get.
        room_bytes: for all of *departed*.
    """
    left = frozenset(map(id, departed))
    room = len(items) if caps.keep_items is None else caps.keep_items
    room -= len(items) - len(left)
    first = _first_day(caps, now)
    kept: list[Item] = []
    for item in items:
        if id(item) in left:
            room -= 1
            room_bytes -= item.span.length + _DECLARED_BYTES
            if room < 0 or room_bytes < 0 or (_sane(item, now) or now) < first:
                continue
        kept.append(item)
    return kept


def _first_day(caps: FeedCaps, now: datetime) -> datetime:
    """The oldest that an item may be."""
    try:
        return now - timedelta(days=caps.keep_days or 0) if caps.keep_days else _NEVER
    except OverflowError:
        return _NEVER


def _sane(item: Item, now: datetime) -> datetime | None:
    return item.date if item.date is not None and item.date <= now + _AHEAD else None
