"""Documents that stand elsewhere than the journal knows them: whose story is theirs?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from archiver.catalog import Catalog
from archiver.journal import Journal
from archiver.model import DocumentRecord
from archiver.pipeline import remote
from archiver.pipeline.places import Places

_LINK_BYTES = 20  # shorter new bytes than a link to a copy say nothing


@dataclass(frozen=True, slots=True)
class Found:
    """A document and the rewrites that stand in it.

    Attributes:
        path: relative to the base folder; `absolute` is the same file.
        rewrites: oldest first; empty where none is known.
        moved_from: the path the journal knows it by, where that is another and nothing is there.
    """

    path: bytes
    absolute: bytes
    rewrites: tuple[DocumentRecord, ...]
    moved_from: bytes = b""


def find_by_hash(path: bytes, sha256: str, places: Places, catalog: Catalog) -> Found | None:
    """The document at *path* by the bytes it has after a rewrite."""
    relative = places.relative(path)
    for known in catalog.find_paths_by_hash(sha256):
        rewrites = catalog.story(known).rewrites
        if rewrites and known != relative:
            return Found(relative, path, rewrites, _gone(known, places))
    return None


def find_by_links(path: bytes, data: bytes, places: Places, catalog: Catalog) -> Found | None:
    """By the record whose links are most in *data*: one renamed and edited since."""
    best, most = None, 0
    for known in catalog.document_paths():
        rewrites = catalog.story(known).rewrites
        count = sum(_count_links(data, record) for record in rewrites)
        if count > most:
            best = Found(places.relative(path), path, rewrites, _gone(known, places))
            most = count
    return best


def adopt_story(
    path: bytes, data: bytes, sha256: str, places: Places, catalog: Catalog, journal: Journal
) -> None:
    """Give a moved or copied document its story at the path where it stands now.

    What is rewritten there next would else be all that `restore` knows to undo. Does nothing where
    no story is found, or it is there already.

    Args:
        path: absolute.
    """
    relative = places.relative(path)
    own = catalog.story(relative).rewrites
    found = find_by_hash(path, sha256, places, catalog)
    if found is None and not own:
        found = find_by_links(path, data, places, catalog)
    if found is None or not _continues(found.rewrites, own):
        return
    for record in found.rewrites[len(own) :]:
        journal.append_document(replace(record, path=relative, when=""))
        journal.append_done(relative, record.sha256_after)
    if found.moved_from:
        journal.append_restored(found.moved_from, sha256)
    for path in {relative, found.moved_from} - {b""}:
        catalog.add_document(replace(found.rewrites[-1], path=path))


def _continues(whole: tuple[DocumentRecord, ...], begun: tuple[DocumentRecord, ...]) -> bool:
    """Whether *begun* is the beginning of *whole*: an adoption that was interrupted."""
    hashes = [record.sha256_after for record in whole]
    return [record.sha256_after for record in begun] == hashes[: len(begun)] and len(begun) < len(
        hashes
    )


def _count_links(data: bytes, record: DocumentRecord) -> int:
    return sum(len(one.new) >= _LINK_BYTES and one.new in data for one in record.splices)


def _gone(known: bytes, places: Places) -> bytes:
    """*known* where nothing is there any more; else it was copied, and its story goes on."""
    return b"" if remote.exists(places.absolute(known), places) else known
