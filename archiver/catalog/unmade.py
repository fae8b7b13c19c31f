"""Which posts of feeds no run has written yet: it was killed, or could not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from archiver.journal import Done, Fact
from archiver.journal.lines import decode, decode_briefly
from archiver.model import DocumentRecord, ItemRecord

_NEWEST = "SELECT line FROM items WHERE path = ? ORDER BY stamp DESC, run DESC LIMIT 1"
_FACTS = "SELECT line FROM facts WHERE path = ? ORDER BY stamp, run, place"


def note_unmade(connection: sqlite3.Connection, facts: Iterable[Fact]) -> None:
    """Bring the list up to *facts*, which the tables have already, whatever order they came in."""
    for path in {fact.path for fact in facts if isinstance(fact, ItemRecord | Done)}:
        row = connection.execute(_NEWEST, (path,)).fetchone()
        if row is None:
            continue
        item = decode(row[0])
        story = (decode_briefly(line) for (line,) in connection.execute(_FACTS, (path,)))
        if isinstance(item, ItemRecord) and not (item.settled or _is_made(item, story)):
            connection.execute("INSERT OR IGNORE INTO unmade VALUES (?)", (path,))
        else:
            connection.execute("DELETE FROM unmade WHERE path = ?", (path,))


def _is_made(item: ItemRecord, facts: Iterable[Fact]) -> bool:
    """Whether an intent for the item's bytes was carried out."""
    intent = ""
    for fact in facts:
        if isinstance(fact, DocumentRecord):
            intent = fact.sha256_after if fact.sha256_before == item.sha256 else ""
        elif isinstance(fact, Done) and intent and fact.sha256_after == intent:
            return True
    return False
