"""What of an archive nothing refers to any more, and what in the trash is needed again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.errors import DocumentError
from archiver.files import Trash
from archiver.imaging.workers import KILLED
from archiver.journal import list_journals
from archiver.journal.lines import decode
from archiver.maintenance.object_documents import list_object_documents
from archiver.maintenance.uses import Uses, read_uses, unknown_uses
from archiver.maintenance.waiting import find_waiting
from archiver.model import ImageRecord, Visit
from archiver.orders import orders_of
from archiver.pipeline import remote
from archiver.pipeline.places import Places
from archiver.sources import is_url
from archiver.sources.globs import split_glob
from archiver.storage.addresses import is_object_path, is_object_url
from archiver.storage.layout import below_archive, is_path, key_of

_TEMPORARY = re.compile(r"(?:^|/)\.[0-9a-f]{24}\.part\Z")  # left beside a blob by a killed run
_QUARANTINED = (KILLED, "quarantine")  # reasons of pictures whose bytes must not be opened again


@dataclass(frozen=True, slots=True)
class Leaf:
    """A file that may go, or come back.

    Attributes:
        path: absolute.
        name: where it stands in the trash, and in reports: ``archive/…``, ``originals/…``,
            ``quarantine/…``.
        recorded: its path as the journal has it; "" outside of the archive folder.
        below: its path below the archive folder; "" outside of it.
    """

    path: str
    name: str
    size_bytes: int
    recorded: str = ""
    below: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at everything found.

    Attributes:
        garbage: files that nothing refers to.
        wanted: files in the trash that are needed again; `path` is where each belongs.
        records: of pictures that the journal says are gone, and that will be or are there.
        kept_files, kept_bytes: of the archive, in use.
    """

    garbage: tuple[Leaf, ...]
    wanted: tuple[Leaf, ...]
    records: tuple[ImageRecord, ...]
    kept_files: int
    kept_bytes: int


def look(
    places: Places, catalog: Catalog, config: Config, trash: Trash, more: Iterable[bytes]
) -> Found:
    """Look at all documents and all files of the archive.

    Args:
        more: documents and folders to read beside those that are known.

    Raises:
        UsageError: documents lie on an object store, and obstore is not installed.
        RunError: a document or folder cannot be read; nothing may be removed then.
    """
    uses = _gather(places, catalog, config, more)
    sizes = {f.path: f.size_bytes for f in files.list_files(places.archive_folder)}
    sizes = {path: size for path, size in sizes.items() if _is_ours(path)}
    _follow_drawings(places, uses, sizes)
    records = tuple(catalog.holdings.of_keys(uses.keys))
    needed = uses.paths | {path for record in records for path in paths_of(record)}
    used = {path for path in sizes if path in needed or _is_used_blob(path, uses)}
    garbage = [_leaf(path, sizes[path], places) for path in sorted(sizes.keys() - used)]
    wanted = tuple(_in_trash(sorted(needed - sizes.keys()), trash, places))
    back = {leaf.below for leaf in wanted} | sizes.keys()
    held = {record.url for record in catalog.holdings.held()}
    return Found(
        (*garbage, *_list_originals(places, catalog), *_list_quarantine(places, catalog, sizes)),
        wanted,
        tuple(r for r in records if r.url not in held and below_archive(r.path) in back),
        len(used),
        sum(sizes[path] for path in used),
    )


def paths_of(record: ImageRecord) -> set[str]:
    """The paths below the archive folder of all files of a record."""
    every = (record.path, record.sanitized, *record.thumbnails.values())
    of_newer = paths_of(record.newer) if record.newer else set()
    return {below_archive(path) for path in every if path} | of_newer


def _gather(places: Places, catalog: Catalog, config: Config, more: Iterable[bytes]) -> Uses:
    """What documents show, and what they name without showing it."""
    uses = read_uses(
        [*_list_places(places, catalog, config), *more],
        [os.fsencode(places.archive_folder), os.fsencode(places.state)],
    )
    for path in list_object_documents(places, catalog, config):
        uses.read(_read_object(path, places))
    for record, _ in catalog.unfinished():  # none but in a dry run, which does not finish them
        for one in record.splices:
            uses.read(one.new.replace(b"\0", b""))
    named = {record.url: key_of(record.path) for record in catalog.holdings.held()}
    unused = {url: key for url, key in named.items() if key not in uses.keys}
    uses.keys.update(find_waiting(unused, places, catalog, config))
    return uses


def _list_places(places: Places, catalog: Catalog, config: Config) -> Iterator[bytes]:
    """Where documents may be: the base folder, all sources and outputs, what the journal knows,
    and what persons saved at the wrong moment."""
    yield places.base
    yield os.fsencode(os.path.join(places.state, "conflicts"))
    for order in orders_of(config):
        for source in order.sources:
            if not (is_url(source) or is_object_url(source)):
                pattern = None if os.path.lexists(source) else split_glob(source)
                yield os.fsencode(os.path.abspath(pattern[0] if pattern else source))
        if order.output is not None:
            yield os.fsencode(os.path.abspath(order.output))
    known = (path for path in catalog.document_paths() if not is_object_path(path))
    yield from map(places.absolute, known)


def _read_object(path: bytes, places: Places) -> bytes:
    try:
        return remote.read_document(path, None, places)[0]
    except DocumentError as error:
        raise unknown_uses(error.path, error.reason) from error


def _is_ours(path: str) -> bool:
    return is_path(path) or _TEMPORARY.search(path) is not None


def _is_used_blob(path: str, uses: Uses) -> bool:
    """A blob stays for its thumbnails and for its harmless form."""
    return path.startswith("assets/") and key_of(path) in uses.keys


def _follow_drawings(places: Places, uses: Uses, sizes: Mapping[str, int]) -> None:
    """Drawings that are shown show pictures themselves; those are no drawings."""
    for path in sizes:
        if path.startswith("sanitized/") and key_of(path) in uses.keys:
            uses.read_file(f"{places.archive_folder}/{path}", is_text=True)


def _leaf(path: str, size_bytes: int, places: Places) -> Leaf:
    return Leaf(
        f"{places.archive_folder}/{path}",
        f"archive/{path}",
        size_bytes,
        f"{places.archive}/{path}",
        path,
    )


def _in_trash(paths: Iterable[str], trash: Trash, places: Places) -> Iterator[Leaf]:
    for path in paths:
        kept = trash.find(f"archive/{path}")
        if kept is not None:
            yield _leaf(path, os.stat(kept).st_size, places)


def _list_originals(places: Places, catalog: Catalog) -> Iterator[Leaf]:
    """Bytes of pages that no journal names: a run was killed before it could say so; and of grown
    feeds that have grown since."""
    folder = os.path.join(places.state, "originals")
    found = list(files.list_files(folder))
    named = _list_visited(os.path.join(places.state, "journal")) if found else frozenset()
    for file in found:
        sha256 = os.path.basename(file.path)
        is_grown = file.path.startswith("grown/")
        if not catalog.visits.needs_original(sha256) if is_grown else sha256 not in named:
            yield Leaf(f"{folder}/{file.path}", f"originals/{file.path}", file.size_bytes)


def _list_visited(journals: str) -> frozenset[str]:
    """The digests of all bytes that pages ever had."""
    found = set()
    for run in list_journals(journals):
        for line in files.read_lines(os.path.join(journals, f"{run}.ndjson")):
            if b'"page"' in line[:40]:
                visit = decode(line)
                found.add(visit.sha256 if isinstance(visit, Visit) else "")
    return frozenset(found)


def _list_quarantine(places: Places, catalog: Catalog, sizes: Mapping[str, int]) -> Iterator[Leaf]:
    """Pictures that killed their workers, of which no record says so any more; and damaged files
    whose place is filled again, or that nothing names."""
    folder = os.path.join(places.state, "quarantine")
    found = list(files.list_files(folder))
    if not found:
        return
    is_feared = any(record.reason in _QUARANTINED for record in catalog.images())
    lacking = {
        os.path.basename(path)
        for record in catalog.holdings.held()
        for path in paths_of(record) - sizes.keys()
    }
    for file in found:
        stood_as = files.damaged_name(file.path)
        if stood_as not in lacking if stood_as else not is_feared:
            yield Leaf(f"{folder}/{file.path}", f"quarantine/{file.path}", file.size_bytes)
