"""Let documents show what their pictures became upstream, where a refresh found that.

The documents are edited first, each a recorded edit; then the journal learns that the newer picture
is the URL's. A run that is killed in between does the rest the next time: what is linked already
stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.maintenance.editing import Edited
from archiver.maintenance.opening import open_for_edits
from archiver.maintenance.relinking import list_documents, relink_found
from archiver.model import ImageRecord
from archiver.pipeline.places import Places
from archiver.pipeline.records import now_text
from archiver.storage.layout import below_archive


def take_changes(
    places: Places,
    config: Config,
    on_result: Callable[[Edited], None] = lambda result: None,
    *,
    is_waiting: bool = False,
) -> list[ImageRecord]:
    """Point all documents at the newer pictures; the records of those.

    Args:
        on_result: told of each document that holds a link of ours, as it ends.
        is_waiting: wait for another run to end.

    Raises:
        LockHeldError: another run works on the same archive.
        RunError: the disk is full or fails.
    """
    with open_for_edits(places, is_waiting) as (catalog, journal):
        changed = _list_takeable(catalog)
        if not changed:
            return []
        instead = dict(pair for record in changed for pair in _pairs(record))
        documents = list_documents(None, places, catalog)
        for result in relink_found(documents, places, catalog, config, journal, instead):
            on_result(result)
        taken = [replace(r.newer, when=now_text()) for r in changed if r.newer is not None]
        for record in taken:
            journal.append_image(record)
            catalog.add_image(record)
        return taken


def _list_takeable(catalog: Catalog) -> list[ImageRecord]:
    """The records with a newer picture. One whose bytes another URL gives as well, and still does,
    is left out: a link tells bytes, not which of the URLs it stood for."""
    changed = [record for record in catalog.images() if record.newer is not None]
    shared: dict[str, set[str]] = {record.digest: set() for record in changed}
    for record in catalog.images() if changed else ():
        if record.digest in shared:
            shared[record.digest].add(record.newer.digest if record.newer else "")
    return [record for record in changed if len(shared[record.digest]) == 1]


def _pairs(record: ImageRecord) -> Iterator[tuple[str, str]]:
    """Each file of the old picture and the one to show instead, below the archive folder."""
    newer = record.newer
    assert newer is not None
    shown = below_archive(newer.shown_path)
    for path in (record.path, record.sanitized):
        if path:
            yield below_archive(path), shown
    for name, path in record.thumbnails.items():
        if path != record.path:
            yield below_archive(path), below_archive(newer.thumbnails.get(name, newer.shown_path))
