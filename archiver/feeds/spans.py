"""The items of a feed, as places in its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from archiver.model import Span

FeedKind = Literal["rss", "rdf", "atom", "json"]


class UnclearFeedError(ValueError):
    """It cannot be told for sure where the items of a feed begin and end; the message says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a feed.

    Attributes:
        span: from ``<item>`` to behind ``</item>``, or the JSON object, in `Feed.data`.
        key: its id, else its link; "" for an item with neither.
        content: digest of what it says, spelling apart: what it is known by where keys fail.
        date: when it was published, else changed; None where it says nothing that makes sense.
        about: ``rdf:about`` as it is spelled, of RDF.
    """

    span: Span
    key: str = ""
    content: bytes = b""
    date: datetime | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is in force where the items stand.

    Attributes:
        prefixes: namespace prefix → URI, decoded; "" is the default namespace.
        base: what relative URLs resolve against; None: nothing is known.
        language: ``xml:lang``; "" for none.
    """

    prefixes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    base: str | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed whose items have been found.

    Attributes:
        data: the bytes that places count in: the file's, or, of an encoding in which a byte of
            another character may look like markup, the same text in UTF-8.
        encoding: Python's codec of `data`.
        file_encoding: that of the file.
        items: in document order, disjoint, siblings.
        end: where an item goes when there is none.
        index: the inside of RDF's ``<rdf:Seq>``, which lists the items; None where there is none.
        entities: name → text, of the document type.
    """

    kind: FeedKind
    data: bytes = field(repr=False)
    encoding: str
    file_encoding: str
    items: tuple[Item, ...]
    end: int
    scope: Scope = field(default_factory=Scope)
    index: Span | None = None
    entities: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    def raw(self, item: Item) -> bytes:
        """The bytes of an item."""
        return self.data[item.span.start : item.span.end]

    def file_bytes(self, data: bytes) -> bytes:
        """*data*, made from `data`, as the file has it."""
        if self.encoding == self.file_encoding:
            return data
        return data.decode(self.encoding).encode(self.file_encoding)
