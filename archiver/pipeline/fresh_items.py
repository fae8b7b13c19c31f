"""Which items of a feed are to become posts, and which of them anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archiver.feeds.identity import content_hash
from archiver.feeds.items import FeedItem
from archiver.model import ItemRecord


@dataclass(frozen=True, slots=True)
class FreshItem:
    """An item that is new, or changed since `known`.

    Attributes:
        content: hash of the item.
    """

    key: str
    item: FeedItem
    content: str
    known: ItemRecord | None
    date: datetime


def compare(
    key: str, item: FeedItem, known: ItemRecord | None, lost: ItemRecord | None
) -> FreshItem | None:
    """The item where its post is to be made; None: it has one.

    Args:
        known: the newest record of the item.
        lost: the same, where no run has made its post and what that was to hold is gone.
    """
    if lost is not None:
        known = replace(lost, sha256="", content="")  # it counts as changed
    content = content_hash(item)
    if known is not None and known.content == content:
        return None
    first = datetime.fromisoformat(known.date) if known else datetime.now(UTC)
    return FreshItem(key, item, content, known, item.published or first)
