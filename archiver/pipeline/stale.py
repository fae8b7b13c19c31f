"""Which pictures are to be asked for again; light, since every run looks."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.catalog import Catalog
from archiver.model import ImageRecord, Kind


def list_stale(catalog: Catalog, until: str) -> Iterator[ImageRecord]:
    """The pictures of hosts that were last asked for no later than *until* (RFC 3339)."""
    for record in catalog.images(until):
        if _is_refreshable(record) and not catalog.holdings.is_removed(record):
            yield record


def _is_refreshable(record: ImageRecord) -> bool:
    """Whether the picture came from its own host, which can be asked for it again."""
    is_remote = record.requested_url.startswith(("http://", "https://"))
    return record.outcome.is_had and is_remote and record.kind != Kind.RESCUE
