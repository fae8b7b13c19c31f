"""Finding the references of a document: in this process, or on another machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from archiver.formats import ReadingSettings, read_parts
from archiver.model import Reading


@dataclass(frozen=True, slots=True)
class Unread:
    """A document, and how it is to be read; see `read_document`.

    Attributes:
        name: as the user knows it.
    """

    name: str
    data: bytes
    format: str
    base_url: str | None
    settings: ReadingSettings


class Reader(Protocol):
    """Reads documents."""

    async def read(self, unread: Unread) -> Iterable[Reading]:
        """What is found in the document; a long one may be several readings, see `read_parts`.

        Raises:
            DocumentError: it cannot be read.
        """


class LocalReader:
    """Does it in this process, as its readings are asked for."""

    async def read(self, unread: Unread) -> Iterable[Reading]:
        """As `Reader.read`."""
        return read_here(unread)


def read_here(unread: Unread) -> Iterator[Reading]:
    """What is found in the document; whatever the bytes are, there is an answer."""
    return read_parts(
        unread.data, format=unread.format, base_url=unread.base_url, settings=unread.settings
    )
