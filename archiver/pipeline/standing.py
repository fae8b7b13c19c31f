"""What stands where the post of a feed's item belongs: ours, a person's, or nothing."""

from __future__ import annotations

import os
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from archiver import files
from archiver.catalog import Catalog
from archiver.errors import DocumentError
from archiver.model import DocumentRecord, ItemRecord
from archiver.pipeline.places import Places


class Standing(StrEnum):
    """Who has the post's place."""

    FREE = "free"
    OURS = "ours"
    EDITED = "edited"
    REMOVED = "removed"


class Look(NamedTuple):
    """What was found: of ours the hex digest of its bytes, else ""."""

    standing: Standing
    sha256: str = ""


FREE = Look(Standing.FREE)


def look(record: ItemRecord, places: Places, catalog: Catalog, is_new: bool = False) -> Look:
    """Who has the place of a post.

    A post is ours while every change of it was: one that a person edited and a later run archived
    anew is the person's.

    Args:
        is_new: the journal knew nothing of the post before this run.
    """
    path = places.absolute(record.path)
    if is_new and not os.path.lexists(path):
        return FREE
    found = _hash_at(path)
    story = catalog.story(record.path)
    if not story.rewrites and not story.restored_to:
        return FREE if found is None else Look(Standing.EDITED)
    if found is None:
        return Look(Standing.REMOVED)
    is_ours = found in (story.restored_to, _last_of_ours(story.rewrites))
    return Look(Standing.OURS, found) if is_ours and found else Look(Standing.EDITED)


def _last_of_ours(rewrites: tuple[DocumentRecord, ...]) -> str | None:
    """The hash that the rewrites led to; None where someone wrote in between."""
    steps = pairwise(rewrites)
    if not rewrites or any(old.sha256_after != new.sha256_before for old, new in steps):
        return None
    return rewrites[-1].sha256_after


def _hash_at(path: bytes) -> str | None:
    """Of the file there; "" where it cannot be read, None where there is none."""
    try:
        return files.read_document(path, root=b"/")[1].sha256
    except DocumentError:
        return "" if os.path.lexists(path) else None
