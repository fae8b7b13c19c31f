"""Bring the catalog up to the journals."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

from archiver.catalog.tables import forget_facts
from archiver.catalog.unmade import note_unmade
from archiver.journal import Fact, Line, Removed, list_journals, read_lines, sync_journal
from archiver.model import DocumentRecord, ImageRecord, ItemRecord, Visit
from archiver.storage.layout import below_archive

_BATCH = 1000  # lines; bounds memory
_OF_NO_DOCUMENT = (ImageRecord, Removed, Visit, ItemRecord)  # no part of a document's story

_PUT_IMAGE = """
INSERT INTO images (key, stamp, run, line) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET stamp = excluded.stamp, run = excluded.run, line = excluded.line
WHERE (excluded.stamp, excluded.run) >= (images.stamp, images.run)
"""
_PUT_PAGE = """
INSERT INTO pages (url, path, stamp, run, line) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (url, path) DO UPDATE
SET stamp = excluded.stamp, run = excluded.run, line = excluded.line
WHERE (excluded.stamp, excluded.run) >= (pages.stamp, pages.run)
"""
_PUT_REMOVED = """
INSERT INTO removed (path, stamp, run) VALUES (?, ?, ?)
ON CONFLICT (path) DO UPDATE SET stamp = excluded.stamp, run = excluded.run
WHERE (excluded.stamp, excluded.run) >= (removed.stamp, removed.run)
"""
_PUT_ITEM = """
INSERT INTO items (feed, folder, key, path, stamp, run, line) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (feed, folder, key) DO UPDATE
SET path = excluded.path, stamp = excluded.stamp, run = excluded.run, line = excluded.line
WHERE (excluded.stamp, excluded.run) >= (items.stamp, items.run)
"""
_PUT_FACT = "INSERT OR IGNORE INTO facts VALUES (?, ?, ?, ?, ?, ?)"
_ALL_JOURNALS = "SELECT run, offset, size_bytes FROM journals"
_LAST_FACT = "SELECT line FROM facts WHERE path = ? ORDER BY stamp DESC, run DESC, place DESC"


def is_behind(connection: sqlite3.Connection, folder: str) -> bool:
    """Whether a journal has grown, came or went since it was read."""
    known = connection.execute("SELECT run, size_bytes FROM journals")
    return dict(known) != list_journals(folder)


def ingest(connection: sqlite3.Connection, folder: str, sync: bool = True) -> None:
    """Read what the journals in *folder* have more. Facts may come in any order.

    What is read is acted on, so it is made durable first: a run may have been killed between
    writing and syncing, and a power cut after that must not take back why a document was changed.

    Where a journal that was read has gone or is shorter, all are read anew: the power was cut
    before its last lines were on the disk, or git checked out another state.
    """
    sizes = list_journals(folder)
    known = _known(connection)
    if any(sizes.get(run, -1) < offset for run, (offset, _) in known.items()):
        forget_facts(connection)
        known = {}
    for run, size in sizes.items():
        offset, known_size = known.get(run, (0, -1))
        if size != known_size:
            if sync:
                sync_journal(folder, run)
            offset = _ingest_run(connection, folder, run, offset)
            connection.execute("REPLACE INTO journals VALUES (?, ?, ?)", (run, offset, size))


def image_key(url: str) -> int:
    """The key of a URL: eight bytes of its hash, as SQLite's signed integer.

    Two URLs may share one; who reads compares the URL.
    """
    digest = hashlib.blake2b(url.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _known(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Run → how far its journal was read, and its size then."""
    return {run: (offset, size) for run, offset, size in connection.execute(_ALL_JOURNALS)}


def _ingest_run(connection: sqlite3.Connection, folder: str, run: str, offset: int) -> int:
    """Read a journal from *offset* on; where its last whole line ends."""
    lines = read_lines(folder, run, offset, is_brief=True)
    while batch := list(islice(lines, _BATCH)):
        offset = batch[-1].end
        connection.executemany(_PUT_IMAGE, _image_rows(batch, run))
        connection.executemany(_PUT_PAGE, _page_rows(batch, run))
        connection.executemany(_PUT_REMOVED, _removed_rows(batch, run))
        connection.executemany(_PUT_FACT, _fact_rows(batch, run))
        connection.executemany(_PUT_ITEM, _item_rows(batch, run))
        _note_unfinished(connection, batch)
        note_unmade(connection, (line.fact for line in batch))
    return offset


def _image_rows(lines: Iterable[Line], run: str) -> Iterator[tuple[int, str, str, bytes]]:
    for line in lines:
        if isinstance(line.fact, ImageRecord):
            yield image_key(line.fact.url), line.fact.when, run, line.raw


def _page_rows(lines: Iterable[Line], run: str) -> Iterator[tuple[str, bytes, str, str, bytes]]:
    for line in lines:
        if isinstance(line.fact, Visit):
            yield line.fact.url, line.fact.path, line.fact.when, run, line.raw


def _removed_rows(lines: Iterable[Line], run: str) -> Iterator[tuple[str, str, str]]:
    for line in lines:
        if isinstance(line.fact, Removed):
            yield below_archive(line.fact.path), line.fact.when, run


def _item_rows(
    lines: Iterable[Line], run: str
) -> Iterator[tuple[str, bytes, str, bytes, str, str, bytes]]:
    for line in lines:
        fact = line.fact
        if isinstance(fact, ItemRecord):
            yield fact.feed, fact.folder, fact.key, fact.path, fact.when, run, line.raw


def _fact_rows(
    lines: Iterable[Line], run: str
) -> Iterator[tuple[bytes, str, str, int, str, bytes]]:
    for line in lines:
        fact = line.fact
        if not isinstance(fact, _OF_NO_DOCUMENT):
            yield fact.path, fact.when, run, line.end, _hash_of(fact), line.raw


def _hash_of(fact: Fact) -> str:
    """The hash by which a renamed document is found again; "" for all but intents."""
    return fact.sha256_after if isinstance(fact, DocumentRecord) else ""


def _note_unfinished(connection: sqlite3.Connection, lines: Iterable[Line]) -> None:
    """Whether a document's last fact is an intent, whatever order the facts came in."""
    paths = {line.fact.path for line in lines if not isinstance(line.fact, _OF_NO_DOCUMENT)}
    for path in paths:
        (line,) = connection.execute(f"{_LAST_FACT} LIMIT 1", (path,)).fetchone()
        if b'"kind":"document"' in line[:40]:
            connection.execute("INSERT OR IGNORE INTO unfinished VALUES (?)", (path,))
        else:
            connection.execute("DELETE FROM unfinished WHERE path = ?", (path,))
