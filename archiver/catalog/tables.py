"""The tables, and how the file that holds them is opened.

Rollback journal, not WAL: a run with nothing to do leaves no file behind or changed, and readers
need no right to write.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import msgspec

from archiver.errors import DiskFullError, RunError
from archiver.files import calls, is_full, make_state_folder, run_trouble

VERSION = 5  # of the tables; a file of another is thrown away and made again

_TABLES = f"""
PRAGMA user_version = {VERSION};
-- How far each journal was read, and its size then: a torn last line stays unread.
CREATE TABLE journals (
    run TEXT PRIMARY KEY, offset INTEGER NOT NULL, size_bytes INTEGER NOT NULL
) WITHOUT ROWID;
-- The newest fact of each URL; the key is eight bytes of its hash, so the tree stays small.
CREATE TABLE images (
    key INTEGER PRIMARY KEY, stamp TEXT NOT NULL, run TEXT NOT NULL, line BLOB NOT NULL
);
-- Every fact of every document.
CREATE TABLE facts (
    path BLOB NOT NULL, stamp TEXT NOT NULL, run TEXT NOT NULL, place INTEGER NOT NULL,
    sha256_after TEXT NOT NULL, line BLOB NOT NULL
);
CREATE UNIQUE INDEX facts_by_path ON facts (path, stamp, run, place);
CREATE INDEX facts_by_hash ON facts (sha256_after);
-- Documents whose last fact is an intent.
CREATE TABLE unfinished (path BLOB PRIMARY KEY) WITHOUT ROWID;
-- The newest fact of each page, feed and style sheet that was fetched for a path.
CREATE TABLE pages (
    url TEXT NOT NULL, path BLOB NOT NULL, stamp TEXT NOT NULL, run TEXT NOT NULL,
    line BLOB NOT NULL, PRIMARY KEY (url, path)
) WITHOUT ROWID;
-- The newest removal of each file; paths are below the archive folder, wherever that was.
CREATE TABLE removed (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, run TEXT NOT NULL) WITHOUT ROWID;
-- The newest fact of each item of a feed that became a post.
CREATE TABLE items (
    feed TEXT NOT NULL, folder BLOB NOT NULL, key TEXT NOT NULL, path BLOB NOT NULL,
    stamp TEXT NOT NULL, run TEXT NOT NULL, line BLOB NOT NULL, PRIMARY KEY (feed, folder, key)
) WITHOUT ROWID;
CREATE INDEX items_by_path ON items (path);
-- Posts that no run has written yet.
CREATE TABLE unmade (path BLOB PRIMARY KEY) WITHOUT ROWID;
-- A cache: what a feed was when all its items were posts.
CREATE TABLE feeds (source TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID;
-- A cache: what a document was when we last looked at it.
CREATE TABLE states (
    path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL, sha256 TEXT NOT NULL, retry_at TEXT NOT NULL
) WITHOUT ROWID;
-- A cache: what was learnt of hosts.
CREATE TABLE hosts (
    host TEXT NOT NULL, subject TEXT NOT NULL, fact TEXT NOT NULL, value TEXT NOT NULL,
    stamp TEXT NOT NULL, PRIMARY KEY (host, subject, fact)
) WITHOUT ROWID;
"""

_FROM_JOURNAL = (
    "journals", "images", "facts", "unfinished", "pages", "removed", "items", "unmade",
)  # fmt: skip


class DocumentState(NamedTuple):
    """What a document was when we last looked at it.

    Attributes:
        retry_at: RFC 3339 time from which an image of it is due again; "" for none.
    """

    size_bytes: int
    mtime_ns: int
    inode: int
    sha256: str
    retry_at: str = ""


class HostFact(NamedTuple):
    """Something learnt of a host.

    Attributes:
        host: name, with the port where the URL has one.
        subject: what of the host: "" for all, else a candidate's kind and rule.
        when: RFC 3339 time it was learnt at; hosts change.
    """

    host: str
    subject: str
    fact: str
    value: str
    when: str


@contextmanager
def catalog_trouble(path: str) -> Iterator[None]:
    """Turn an error of SQLite into one that ends the run and says what to do.

    Raises:
        DiskFullError: no space is left.
        RunError: anything else.
    """
    try:
        with run_trouble(path):
            yield
    except (sqlite3.Error, msgspec.DecodeError) as error:
        if _is_of_full_disk(error, path):
            raise DiskFullError(path, str(error)) from error
        advice = "it may be deleted: the next run makes it again from the journal"
        raise RunError(f"{path}: {error}; {advice}") from error


def _is_of_full_disk(error: Exception, path: str) -> bool:
    """SQLite says that it cannot open its journal where there is no inode left for it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    could_be = code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
    return code == sqlite3.SQLITE_FULL or (could_be and is_full(path))


def open_for_writing(path: str) -> sqlite3.Connection:
    """The catalog at *path*, made where it is missing, damaged or of another version."""
    make_state_folder(os.path.dirname(path) or os.curdir)
    connection = _connect(path)
    if _is_usable(connection):
        return connection
    connection.close()
    remove(path)
    connection = _connect(path)
    connection.executescript(f"BEGIN; {_TABLES} COMMIT;")
    return connection


def open_for_reading(path: str) -> sqlite3.Connection:
    """A copy of the catalog in memory, empty where the file cannot be used; nothing is written."""
    memory = sqlite3.connect(":memory:")
    try:
        stored = sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True)
        try:
            if _is_usable(stored):
                stored.backup(memory)
                return memory
        finally:
            stored.close()
    except sqlite3.DatabaseError:
        memory = sqlite3.connect(":memory:")
    memory.executescript(_TABLES)
    return memory


def remove(path: str) -> None:
    """Remove the file and what SQLite may have left beside it."""
    for name in (path, path + "-journal"):
        with suppress(FileNotFoundError):
            calls.unlink(name)


def forget_facts(connection: sqlite3.Connection) -> None:
    """Empty what is made from the journal; the caches stay."""
    for table in _FROM_JOURNAL:
        connection.execute(f"DELETE FROM {table}")


def _connect(path: str) -> sqlite3.Connection:
    os.close(calls.open_file(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW))  # private: 0600
    # The run holds the lock, so only readers may be in the way, and they are quick.
    return sqlite3.connect(path, timeout=30, check_same_thread=False)


def _is_usable(connection: sqlite3.Connection) -> bool:
    """Whether the file is whole, as far as a look at each table shows, and of our version.

    Raises:
        sqlite3.OperationalError: it is locked or cannot be read, which says nothing of its bytes.
    """
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            return False
        for table in (*_FROM_JOURNAL, "states", "hosts", "feeds"):
            connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False
    return True


def _quoted(path: str) -> str:
    """*path* for SQLite's ``file:`` URI."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
