"""Point links at where the files of the archive lie now.

After `link_prefix`, `archive` or a document's own place changed. Each is a recorded edit, on top of
the rewrites before it, so that `restore` still gives back the original bytes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.journal import Journal
from archiver.maintenance.broken_links import read_known
from archiver.maintenance.editing import Edit, Edited, edit_documents
from archiver.maintenance.opening import open_for_edits
from archiver.model import DocumentRecord, DocumentTask, Reading, Reference, Replacement
from archiver.orders import profile_of
from archiver.pipeline.linking import Linker
from archiver.pipeline.moved import adopt_story
from archiver.pipeline.places import Places
from archiver.rewrite.splice import plan_splices, splice
from archiver.sources import SourceSettings, find_documents
from archiver.storage.layout import find_paths

Relink = Callable[[Reference, DocumentTask, Reading], bytes | None]


def relink(
    places: Places,
    config: Config,
    targets: Sequence[bytes] | None,
    on_result: Callable[[Edited], None] = lambda result: None,
    *,
    is_waiting: bool = False,
) -> list[Edited]:
    """Relink documents under the lock of the archive.

    Args:
        targets: absolute paths of documents and folders; None: the base folder and every document
            that the journal knows.
        on_result: told of each document that holds a link of ours, as it ends.

    Raises:
        LockHeldError: another run works on the same archive.
        RunError: the disk is full or fails.
    """
    results = []
    with open_for_edits(places, is_waiting) as (catalog, journal):
        paths = list_documents(targets, places, catalog)
        for result in relink_found(paths, places, catalog, config, journal):
            results.append(result)
            on_result(result)
    return results


def relink_found(
    paths: Iterable[bytes],
    places: Places,
    catalog: Catalog,
    config: Config,
    journal: Journal,
    instead: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Edited]:
    """Relink the documents at *paths*; nothing is told of those without a link of ours.

    Args:
        instead: as in `Linker.relink`.
    """
    linker_of = cache(partial(_make_linker, places, config))

    def relink(reference: Reference, task: DocumentTask, reading: Reading) -> bytes | None:
        linker = linker_of(profile_of(os.path.realpath(task.target), config))
        return linker.relink(reference, task, reading, instead=instead)

    plan = partial(
        _plan,
        relink=relink,
        places=places,
        catalog=catalog,
        config=config,
        journal=journal,
    )
    for result in edit_documents(paths, plan, places, catalog, journal):
        if result.outcome != "unchanged" or result.reason:
            yield result


def _make_linker(places: Places, config: Config, profile: int) -> Linker:
    config = config.of_profile(profile)
    thumbnail = config.thumbnails[0].name if config.thumbnails else ""
    fields = config.reading.thumbnail_fields
    return Linker(places, config.rewrite, thumbnail, fields, config.base_url)


def list_documents(
    targets: Sequence[bytes] | None, places: Places, catalog: Catalog
) -> Iterator[bytes]:
    """The documents of *targets*, each once, and by its real name."""
    seen: set[bytes] = set()
    own = [places.archive_folder, places.state]
    named = [places.base] if targets is None else targets
    found = (f.path for f in find_documents([os.fsdecode(n) for n in named], SourceSettings(), own))
    known = (
        path
        for path in map(places.absolute, catalog.document_paths() if targets is None else ())
        if os.path.isfile(path) and places.relative(path)[:3] != b"../"
    )
    for path in map(os.path.realpath, (path for group in (found, known) for path in group)):
        if path not in seen:
            seen.add(path)
            yield path


def _plan(
    path: bytes,
    *,
    relink: Relink,
    places: Places,
    catalog: Catalog,
    config: Config,
    journal: Journal,
) -> Edit | Edited:
    relative = places.relative(path)
    data, snapshot = files.read_document(path, root=b"/")
    if next(find_paths(data.replace(b"\0", b"")), None) is None:
        return Edited(relative, "unchanged")
    changes = _list_changes(data, path, relink, config)
    if not changes:
        return Edited(relative, "unchanged", "every link leads where it should")
    adopt_story(path, data, snapshot.sha256, places, catalog, journal)
    new = splice(data, changes)
    record = DocumentRecord(
        relative,
        snapshot.sha256,
        hashlib.sha256(new).hexdigest(),
        plan_splices(data, changes, new),
    )
    return Edit(record, snapshot, new, "relinked", f"{len(changes)} links", len(changes))


def _list_changes(data: bytes, path: bytes, relink: Relink, config: Config) -> list[Replacement]:
    reading = read_known(data, path, config)
    if reading is None or reading.is_opted_out:
        return []
    task = DocumentTask(path, path, b"/", files.shown(path))
    links = [(r, relink(r, task, reading)) for r in reading.references]
    return [Replacement(r.span, link) for r, link in links if link is not None and link != r.raw]
