"""Questions on the pages, feeds and style sheets that were fetched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from archiver.catalog.tables import catalog_trouble
from archiver.journal.lines import decode, encode
from archiver.model import Visit


class Visits:
    """The catalog's part on visits; `catalog.Catalog.visits` gives it."""

    def __init__(self, db: sqlite3.Connection, path: str, changed: Callable[[], None]) -> None:
        self._db, self._path, self._changed = db, path, changed

    def find(self, url: str, place: bytes) -> Visit | None:
        """The newest visit of *url* that was saved at or below *place* (relative to the base)."""
        query = "SELECT line FROM pages WHERE url = ? ORDER BY stamp DESC, run DESC"
        with catalog_trouble(self._path):
            for (line,) in self._db.execute(query, (url,)):
                visit = decode(line)
                if isinstance(visit, Visit) and _is_at(visit.path, place):
                    return visit
        return None

    def needs_original(self, sha256: str) -> bool:
        """Whether the newest visit of any page names the bytes of this hash."""
        query = "SELECT 1 FROM pages WHERE instr(line, CAST(? AS BLOB)) LIMIT 1"
        with catalog_trouble(self._path):
            return self._db.execute(query, (sha256,)).fetchone() is not None

    def add(self, visit: Visit) -> None:
        """The newest visit of a page, which the journal has as well."""
        line = encode(visit, visit.when)
        row = (visit.url, visit.path, visit.when, "", line)
        with catalog_trouble(self._path):
            self._db.execute("REPLACE INTO pages VALUES (?, ?, ?, ?, ?)", row)
            self._changed()


def _is_at(path: bytes, place: bytes) -> bool:
    return place in (b".", path) or path.startswith(place + b"/")
