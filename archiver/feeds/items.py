"""The values of a feed: the same for RSS, RDF, Atom and JSON Feed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that comes with an item: its absolute URL and its media type ("": unsaid)."""

    url: str
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An item of a feed; texts are plain, URLs absolute, what is missing is "".

    Attributes:
        id: the feed's own; it need not be unique, nor be there.
        link: of the item's page.
        authors: names.
        published, updated: in UTC; None: none is said, or none that can be true.
        html: the item's text, the fullest there is, as it came; relative URLs are made absolute.
        base_url: what relative URLs of the item resolve against.
        picture: the lead picture: an enclosure, else Media RSS, iTunes, the first in `html`.
    """

    id: str = ""
    link: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    html: str = ""
    base_url: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is now.

    Attributes:
        items: in its own order, usually newest first; may be gone through again and again.
        shared_ids: the ids that items with different links have; None: nobody looked.
    """

    title: str = ""
    link: str = ""
    author: str = ""
    items: Iterable[FeedItem] = ()
    shared_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ItemsAnew:
    """Items that are made whenever they are gone through, so that they are never held together."""

    make: Callable[[], Iterator[FeedItem]]

    def __iter__(self) -> Iterator[FeedItem]:
        return self.make()
