"""What the archive holds by the journal: newest records less what was removed since."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator

from archiver.catalog.ingest import image_key
from archiver.catalog.tables import catalog_trouble
from archiver.journal.lines import decode
from archiver.model import ImageRecord
from archiver.storage.layout import below_archive

_DIGEST = b'"digest":"sha256:'
_IS_REMOVED = """
SELECT 1 FROM images JOIN removed ON removed.path = ?
WHERE images.key = ? AND images.run != ''
AND (removed.stamp, removed.run) > (images.stamp, images.run)
"""  # a record without a run is of this one, so it is newer than any removal
_ALL_REMOVED = "SELECT path, stamp, run FROM removed"


class Holdings:
    """Questions over all pictures; a look at every line costs about a microsecond a picture.

    Args:
        connection: of the catalog.
        path: of its file, for messages.
    """

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self._db, self._path = connection, path

    def is_removed(self, record: ImageRecord) -> bool:
        """Whether the blob of *record* was removed after the record was made."""
        with catalog_trouble(self._path):
            found = self._db.execute(
                _IS_REMOVED, (below_archive(record.path), image_key(record.url))
            ).fetchone()
        return found is not None

    def held(self) -> Iterator[ImageRecord]:
        """The newest record of every URL whose blob was stored and not removed since."""
        removed = self._removals()
        with catalog_trouble(self._path):
            for line, stamp, run in self._db.execute("SELECT line, stamp, run FROM images"):
                if _DIGEST not in line:
                    continue
                record = decode(line)
                if isinstance(record, ImageRecord) and (
                    not run or removed.get(below_archive(record.path), ("", "")) <= (stamp, run)
                ):
                    yield record

    def of_keys(self, keys: Collection[str]) -> Iterator[ImageRecord]:
        """The newest records whose digests begin with one of *keys*, removed or not.

        Args:
            keys: the first 16 hex digits of digests.
        """
        with catalog_trouble(self._path):
            for (line,) in self._db.execute("SELECT line FROM images ORDER BY stamp, run, key"):
                start = line.find(_DIGEST) + len(_DIGEST)
                if start >= len(_DIGEST) and line[start : start + 16].decode("ascii") in keys:
                    record = decode(line)
                    if isinstance(record, ImageRecord):
                        yield record

    def _removals(self) -> dict[str, tuple[str, str]]:
        """Path → when and by which run it was removed last."""
        with catalog_trouble(self._path):
            return {path: (stamp, run) for path, stamp, run in self._db.execute(_ALL_REMOVED)}
