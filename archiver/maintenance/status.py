"""How an archive stands, from its catalog: what is held, what was lost, what may want a look."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from archiver.catalog import Catalog
from archiver.files import list_files
from archiver.maintenance.verified import LastVerify, read_last_verify
from archiver.model import ImageRecord, Outcome
from archiver.pipeline.places import Places

MARKS = ("watermarked", "suspect", "damaged", "rescued")
"""Flags of a held picture that a person may want to look at."""


@dataclass(frozen=True, slots=True)
class Status:
    """Of an archive.

    Attributes:
        documents: how many the journal speaks of.
        images: outcome → count; ``removed`` for what `gc` took out since.
        bytes: of the held pictures; one that several URLs gave counts once.
        marked: flag → the held pictures that have it.
        lost: the pictures that are not held, those that are asked for again first, soonest first.
    """

    documents: int
    images: Mapping[str, int]
    bytes: int
    marked: Mapping[str, tuple[ImageRecord, ...]]
    lost: tuple[ImageRecord, ...]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What maintenance left.

    Attributes:
        trash_files, trash_bytes: taken out, not deleted yet.
        conflicts: files that persons saved at the wrong moment.
        verified: the last look at the archive; None: there was none.
    """

    trash_files: int
    trash_bytes: int
    conflicts: int
    verified: LastVerify | None


def read_upkeep(places: Places) -> Upkeep:
    """What maintenance left in the state folder."""
    trash = list(list_files(os.path.join(places.state, "trash")))
    conflicts = list(list_files(os.path.join(places.state, "conflicts")))
    size_bytes = sum(file.size_bytes for file in trash)
    return Upkeep(len(trash), size_bytes, len(conflicts), read_last_verify(places))


def read_status(catalog: Catalog) -> Status:
    """The status of the archive that *catalog* is of."""
    outcomes: Counter[str] = Counter()
    sizes: dict[str, int] = {}
    marked: dict[str, list[ImageRecord]] = {mark: [] for mark in MARKS}
    lost = []
    held = {record.url for record in catalog.holdings.held()}
    for record in catalog.images():
        if record.outcome.is_had and record.url not in held:
            outcomes["removed"] += 1
            continue
        outcomes[record.outcome] += 1
        if not record.outcome.is_had:
            if record.outcome is not Outcome.SKIPPED:
                lost.append(record)
            continue
        sizes[record.digest] = record.size_bytes
        for mark in marked.keys() & set(record.flags):
            marked[mark].append(record)
    return Status(
        len(catalog.document_paths()),
        dict(outcomes),
        sum(sizes.values()),
        {mark: tuple(sorted(found, key=_url)) for mark, found in marked.items() if found},
        tuple(sorted(lost, key=lambda record: (record.not_before or "9999", record.url))),
    )


def _url(record: ImageRecord) -> str:
    return record.url
