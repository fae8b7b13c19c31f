"""Questions on feeds and the posts that their items became."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from archiver.catalog.tables import catalog_trouble
from archiver.journal.lines import decode, encode
from archiver.model import ItemRecord

_FIND = "SELECT line FROM items WHERE feed = ? AND folder = ? AND key = ?"
_UNMADE = """
SELECT line FROM items JOIN unmade USING (path) WHERE feed = ? AND folder = ? ORDER BY path
"""


class FeedFacts:
    """The catalog's part on feeds; `catalog.Catalog.feeds` gives it."""

    def __init__(self, db: sqlite3.Connection, path: str, changed: Callable[[], None]) -> None:
        self._db, self._path, self._changed = db, path, changed

    def find_item(self, feed: str, folder: bytes, key: str) -> ItemRecord | None:
        """The newest record of an item."""
        return next(self._records(_FIND, (feed, folder, key)), None)

    def add_item(self, record: ItemRecord) -> None:
        """The newest record of an item, which the journal has as well."""
        line = encode(record, record.when)
        row = (record.feed, record.folder, record.key, record.path, record.when, "", line)
        with catalog_trouble(self._path):
            self._db.execute("REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            self._changed()

    def unmade(self, feed: str, folder: bytes) -> list[ItemRecord]:
        """The items whose posts no earlier run has written."""
        return list(self._records(_UNMADE, (feed, folder)))

    def is_post(self, path: bytes) -> bool:
        """Whether a feed's item became the document."""
        with catalog_trouble(self._path):
            row = self._db.execute("SELECT 1 FROM items WHERE path = ?", (path,)).fetchone()
        return row is not None

    def paths_below(self, folder: bytes) -> list[bytes]:
        """The posts in a folder and its subfolders, whichever feed they are of."""
        start = b"" if folder == b"." else folder + b"/"
        query = "SELECT path FROM items WHERE path >= ? AND path < ?"
        with catalog_trouble(self._path):
            rows = self._db.execute(query, (start, start + b"\xff"))
            return [path for (path,) in rows]

    def mark(self, source: str) -> str:
        """What a feed was when all its items were posts; "" where that is not known."""
        query = "SELECT mark FROM feeds WHERE source = ?"
        with catalog_trouble(self._path):
            row = self._db.execute(query, (source,)).fetchone()
        return row[0] if row else ""

    def set_mark(self, source: str, mark: str) -> None:
        with catalog_trouble(self._path):
            self._db.execute("REPLACE INTO feeds VALUES (?, ?)", (source, mark))
            self._changed()

    def _records(self, query: str, values: tuple[object, ...]) -> Iterator[ItemRecord]:
        with catalog_trouble(self._path):
            for (line,) in self._db.execute(query, values):
                record = decode(line)
                if isinstance(record, ItemRecord):
                    yield record
