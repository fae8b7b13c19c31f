"""What must hold of a document before it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from archiver.errors import DocumentError
from archiver.pipeline.reading import Reader, Unread
from archiver.redact import redact


async def check_names(new: Unread, reader: Reader, is_allowed: Callable[[str], bool]) -> None:
    """Refuse a rewrite after which the document would name an image that it may not.

    A post-condition, not an assertion: a document that no parser reads the same way twice is left
    alone.

    Raises:
        DocumentError: it would, and which.
    """
    for piece in _pieces_of(new.data, new.format):
        again = await reader.read(replace(new, data=piece))
        for reference in again.references:
            if not is_allowed(reference.url):
                raise DocumentError(new.name, f"the new text would name {redact(reference.url)}")


def _pieces_of(data: bytes, format: str) -> Iterable[bytes]:
    """Documents that together name what *data* names; a long feed is several."""
    if format != "feed":
        return (data,)
    from archiver.feeds.pieces import pieces_of  # most runs have none

    return pieces_of(data)
