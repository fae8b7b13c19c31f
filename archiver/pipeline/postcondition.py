"""What must hold of a document before it is written."""

from __future__ import annotations

from collections.abc import Callable

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
    for again in await reader.read(new):
        for reference in again.references:
            if not is_allowed(reference.url):
                raise DocumentError(new.name, f"the new text would name {redact(reference.url)}")
