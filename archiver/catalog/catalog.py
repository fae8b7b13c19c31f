"""Questions to the catalog, and the caches it keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from types import TracebackType
from typing import Self

from archiver.catalog.feeds import FeedFacts
from archiver.catalog.holdings import Holdings
from archiver.catalog.ingest import image_key, ingest, is_behind
from archiver.catalog.stories import Story, tell_story
from archiver.catalog.tables import (
    DocumentState,
    HostFact,
    catalog_trouble,
    open_for_reading,
    open_for_writing,
)
from archiver.catalog.totals import Totals, count_totals
from archiver.catalog.visits import Visits
from archiver.errors import RunError
from archiver.journal import Fact
from archiver.journal.lines import decode, decode_briefly, encode
from archiver.model import DocumentRecord, ImageRecord

# What a kill loses of the caches, at most.
_COMMIT_CHANGES = 1000
_COMMIT_S = 10.0
_BATCH = 1000  # image lines in memory at a time
_EVER = "9999"

_FACTS = "SELECT line FROM facts WHERE path = ? ORDER BY stamp, run, place"


class Catalog:
    """The catalog of one archive; a context manager.

    Opening it reads what the journals have more. Changes are written in batches and by `close`;
    where nothing changed, nothing is written.

    Args:
        path: of the SQLite file.
        journal_folder: the folder of all journals.
        read_only: work on a copy in memory; nothing is made or written.

    Attributes:
        holdings, feeds: questions on pictures by digest, and on feeds and their posts.

    Raises:
        RunError, DiskFullError: from any call: the file cannot be used.
    """

    def __init__(self, path: str, journal_folder: str, read_only: bool = False) -> None:
        self._path, self._folder, self._is_read_only = path, journal_folder, read_only
        self._changes, self._committed_s = 0, monotonic()
        self._is_closed = False
        self._unread: set[bytes] = set()  # documents with facts that were not read yet
        self._before_commit: Callable[[], None] = lambda: None
        with catalog_trouble(path):
            self._db = open_for_reading(path) if read_only else open_for_writing(path)
        self.holdings = Holdings(self._db, path)
        self.feeds = FeedFacts(self._db, path, self._changed)
        self.visits = Visits(self._db, path, self._changed)
        self.catch_up()

    def follow(self, sync: Callable[[], None]) -> None:
        """Call *sync* (of the run's journal) before each commit and before its facts are asked
        for, so that the catalog never knows what the journal may still lose."""
        self._before_commit = sync

    def find_image(self, url: str) -> ImageRecord | None:
        """The newest record of *url*."""
        query = "SELECT line FROM images WHERE key = ?"
        with catalog_trouble(self._path):
            row = self._db.execute(query, (image_key(url),)).fetchone()
        record = decode(row[0]) if row else None
        return record if isinstance(record, ImageRecord) and record.url == url else None

    def images(self, until: str = _EVER) -> Iterator[ImageRecord]:
        """The newest record of every URL, in no order; records may be added meanwhile.

        Args:
            until: only those whose newest fact is no younger (RFC 3339).
        """
        for record in map(decode, self._image_lines(until)):
            if isinstance(record, ImageRecord):
                yield record

    def totals(self) -> Totals:
        """What the archive holds; every image is looked at."""
        return count_totals(self._image_lines())

    def _image_lines(self, until: str = _EVER) -> Iterator[bytes]:
        query = "SELECT key, line FROM images WHERE key >= ? AND stamp <= ? ORDER BY key LIMIT ?"
        least, rows = -(2**63), [(0, b"")] * _BATCH
        while len(rows) == _BATCH:
            with catalog_trouble(self._path):
                rows = self._db.execute(query, (least, until, _BATCH)).fetchall()
            yield from (line for _, line in rows)
            least = rows[-1][0] + 1 if rows else 0

    def add_image(self, record: ImageRecord) -> None:
        """The newest record of a URL, which the journal has as well."""
        line = encode(record, record.when)
        row = (image_key(record.url), record.when, "", line)
        with catalog_trouble(self._path):
            self._db.execute("REPLACE INTO images VALUES (?, ?, ?, ?)", row)
            self._changed()

    def document_state(self, path: bytes) -> DocumentState | None:
        """What the document was when we last looked at it."""
        query = "SELECT * FROM states WHERE path = ?"
        with catalog_trouble(self._path):
            row = self._db.execute(query, (path,)).fetchone()
        return DocumentState(*row[1:]) if row else None

    def all_document_states(self, prefix: bytes = b"") -> dict[bytes, DocumentState]:
        """Path → state of every document whose path begins with *prefix*."""
        query = "SELECT * FROM states WHERE path >= ?"
        with catalog_trouble(self._path):
            rows = self._db.execute(query, (prefix,))
            make = DocumentState._make
            return {row[0]: make(row[1:]) for row in rows if row[0].startswith(prefix)}

    def set_document_state(self, path: bytes, state: DocumentState) -> None:
        with catalog_trouble(self._path):
            self._db.execute("REPLACE INTO states VALUES (?, ?, ?, ?, ?, ?)", (path, *state))
            self._changed()

    def host_facts(self, host: str) -> list[HostFact]:
        """What was learnt of *host*, by this run and earlier ones."""
        query = "SELECT * FROM hosts WHERE host = ?"
        with catalog_trouble(self._path):
            return [HostFact(*row) for row in self._db.execute(query, (host,))]

    def learn(self, fact: HostFact) -> None:
        """Remember *fact* in the place of an older one of its kind."""
        with catalog_trouble(self._path):
            self._db.execute("REPLACE INTO hosts VALUES (?, ?, ?, ?, ?)", fact)
            self._changed()

    def add_document(self, record: DocumentRecord) -> None:
        """Say that the journal has new facts on a document; they are read when asked for."""
        self._unread.add(record.path)

    def story(self, path: bytes) -> Story:
        """All that happened to a document."""
        return self._tell_story(path, decode)

    def _tell_story(self, path: bytes, decode: Callable[[bytes], Fact]) -> Story:
        if path in self._unread:  # for others the journal need not wait for the disk
            self._before_commit()
            self.catch_up()
        with catalog_trouble(self._path):
            return tell_story(decode(line) for (line,) in self._db.execute(_FACTS, (path,)))

    def find_document_record(self, path: bytes) -> DocumentRecord | None:
        """The latest rewrite of a document that was not undone, without its splices."""
        rewrites = self._tell_story(path, decode_briefly).rewrites
        return rewrites[-1] if rewrites else None

    def is_restored(self, path: bytes, sha256: str) -> bool:
        """Whether the document was restored last, to the bytes of this hash."""
        return self._tell_story(path, decode_briefly).restored_to == sha256

    def document_paths(self, prefix: bytes = b"") -> list[bytes]:
        """The documents the journal speaks of, sorted."""
        query = "SELECT DISTINCT path FROM facts ORDER BY path"
        with catalog_trouble(self._path):
            return [path for (path,) in self._db.execute(query) if path.startswith(prefix)]

    def find_paths_by_hash(self, sha256: str) -> list[bytes]:
        """The documents that held the bytes of this hash after a rewrite; for renamed ones."""
        query = "SELECT DISTINCT path FROM facts WHERE sha256_after = ? ORDER BY path"
        with catalog_trouble(self._path):
            return [path for (path,) in self._db.execute(query, (sha256,))]

    def has_unfinished(self) -> bool:
        """Whether a run ended between an intent and its `done`."""
        with catalog_trouble(self._path):
            return self._db.execute("SELECT 1 FROM unfinished LIMIT 1").fetchone() is not None

    def unfinished(self) -> list[tuple[DocumentRecord, str]]:
        """The intents without an end, each with the run that had it."""
        query = """
            SELECT line, run FROM facts JOIN unfinished USING (path)
            ORDER BY path, stamp DESC, run DESC, place DESC
        """
        found: dict[bytes, tuple[DocumentRecord, str]] = {}
        with catalog_trouble(self._path):
            for line, run in self._db.execute(query):
                record = decode(line)
                if isinstance(record, DocumentRecord):
                    found.setdefault(record.path, (record, run))
        return list(found.values())

    def catch_up(self) -> None:
        """Read what the journals have more."""
        with catalog_trouble(self._path):
            if is_behind(self._db, self._folder):
                ingest(self._db, self._folder, sync=not self._is_read_only)
        self._unread.clear()

    def commit(self) -> None:
        """Write what changed."""
        if self._is_read_only or not self._db.in_transaction:
            return
        self._before_commit()
        with catalog_trouble(self._path):
            self._db.commit()
        self._changes, self._committed_s = 0, monotonic()

    def close(self) -> None:
        """Read the run's own journal, so that the next run has nothing to do, and write.

        Once more does nothing.
        """
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self.catch_up()
            self.commit()
        finally:
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.close()
        except RunError:
            if error is None:  # else the first error tells more
                raise

    def _changed(self) -> None:
        self._changes += 1
        if self._changes >= _COMMIT_CHANGES or monotonic() - self._committed_s > _COMMIT_S:
            self.commit()
