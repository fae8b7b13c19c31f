"""How an archive stands, from its catalog: what is held, what was lost, what may want a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from archiver.catalog import Catalog
from archiver.model import ImageRecord, Outcome

MARKS = ("watermarked", "suspect", "damaged", "rescued")
"""Flags of a held picture that a person may want to look at."""


@dataclass(frozen=True, slots=True)
class Status:
    """Of an archive.

    Attributes:
        documents: how many the journal speaks of.
        images: outcome → count.
        bytes: of the held pictures; one that several URLs gave counts once.
        marked: flag → the held pictures that have it.
        lost: the pictures that are not held, those that are asked for again first, soonest first.
    """

    documents: int
    images: Mapping[str, int]
    bytes: int
    marked: Mapping[str, tuple[ImageRecord, ...]]
    lost: tuple[ImageRecord, ...]


def read_status(catalog: Catalog) -> Status:
    """The status of the archive that *catalog* is of."""
    outcomes: Counter[str] = Counter()
    sizes: dict[str, int] = {}
    marked: dict[str, list[ImageRecord]] = {mark: [] for mark in MARKS}
    lost = []
    for record in catalog.images():
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
