"""Finish the stories of a run that was killed: intents in the journal without an end.

It may be killed itself; the next run then does the rest.
"""

from __future__ import annotations

import hashlib
import logging
import os

from archiver import files
from archiver.catalog import Catalog
from archiver.errors import DocumentError
from archiver.files import Snapshot
from archiver.journal import Journal, new_run_id
from archiver.model import DocumentRecord, Replacement, Span
from archiver.pipeline import remote
from archiver.pipeline.places import Places
from archiver.pipeline.state import open_journal, open_originals
from archiver.rewrite.splice import splice
from archiver.storage.addresses import is_object_path

logger = logging.getLogger(__name__)


def finish_stories(places: Places, catalog: Catalog) -> list[str]:
    """Give every open intent its end. Call it only while holding the lock.

    A document with its old bytes is rewritten, one with its new bytes is marked as done; one with
    other bytes was edited by a person and is left alone, its intent given up.

    Returns:
        The files in the ``conflicts`` folder that hold what a person saved while we were killed.
    """
    kept: list[str] = []
    with open_journal(places, new_run_id()) as journal:
        for record, run_id in catalog.unfinished():
            kept += _finish(record, run_id, places, journal)
    catalog.catch_up()
    return kept


def _finish(record: DocumentRecord, run_id: str, places: Places, journal: Journal) -> list[str]:
    path = places.absolute(record.path)
    conflicts = os.path.join(places.state, "conflicts")
    data, snapshot = _read(path, places)
    real = path if snapshot is None else snapshot.path
    found = "" if snapshot is None else snapshot.sha256
    kept: list[str] = []
    if not is_object_path(real):
        kept = files.clear_leftovers(real, run_id, lambda b: _is_ours(b, found, record), conflicts)
    if record.is_copy:
        files.clear_new(real)
    why_not = "changed by someone" if found else "missing or not readable"
    try:
        if snapshot is None and record.is_copy and not os.path.lexists(path):
            found = _make_after_all(record, path, places)
        elif snapshot is not None and found == record.sha256_before:
            found = _redo(record, data, snapshot, run_id, places)
    except DocumentError as error:
        why_not = error.reason
        logger.warning("not redone path=%s reason=%s", files.shown(path), why_not)
    if found == record.sha256_after:
        remote.sync_name(real)  # the run may have been killed just before it did this
        _append_end(journal, record)
    else:
        journal.append_conflict(record.path, record.sha256_after, why_not)
    for name in kept:
        logger.warning("kept path=%s conflict=%s", files.shown(path), name)
    return kept


def _read(path: bytes, places: Places) -> tuple[bytes, Snapshot | None]:
    """The document, also where its name is a link; no snapshot where there is none to read."""
    try:
        return remote.read_document(path, b"/", places)
    except DocumentError:
        return b"", None


def _is_ours(data: bytes, found: str, record: DocumentRecord) -> bool:
    """Whether the bytes of a temporary file are ours.

    Beside old bytes it never was in the document's place, so it is ours, torn or whole.
    """
    if found == record.sha256_before:
        return True
    return hashlib.sha256(data).hexdigest() in (record.sha256_before, record.sha256_after)


def _redo(
    record: DocumentRecord, data: bytes, snapshot: Snapshot, run_id: str, places: Places
) -> str:
    """Rewrite the document after all; its hash.

    The temporary file has the first run's name, so that a kill here is repaired the same way.

    Raises:
        DocumentError: it cannot be rewritten.
    """
    new, name = _apply(record, data), files.shown(record.path)
    return remote.rewrite_document(name, snapshot, new, places, run_id).sha256


def _make_after_all(record: DocumentRecord, path: bytes, places: Places) -> str:
    """Write a copy that is not there, where its original is kept; its hash, "" where it is not.

    Raises:
        DocumentError: it cannot be written.
        RunError: the original cannot be read.
    """
    originals = open_originals(places, os.path.join(places.state, "tmp"))
    if not originals.holds(record.sha256_before):
        return ""
    with files.run_trouble(originals.path(record.sha256_before)):
        old = originals.read(record.sha256_before)
    return files.write_new(path, _apply(record, old)).sha256


def _apply(record: DocumentRecord, data: bytes) -> bytes:
    """*data* with the splices of *record*.

    Raises:
        DocumentError: they do not give the bytes that the record tells of.
    """
    spans = [Replacement(Span(s.start, s.start + len(s.old)), s.new) for s in record.splices]
    try:
        new = splice(data, spans)
    except ValueError:
        new = b""
    if hashlib.sha256(new).hexdigest() != record.sha256_after:
        name = files.shown(record.path)
        raise DocumentError(name, "its splices do not give what it was to become")
    return new


def _append_end(journal: Journal, record: DocumentRecord) -> None:
    if record.is_restore:
        journal.append_restored(record.path, record.sha256_after)
    else:
        journal.append_done(record.path, record.sha256_after)
