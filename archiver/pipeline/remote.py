"""Documents on an object store, read and rewritten as those of a folder are.

An object is replaced where it still has the tag of the bytes that were read. Some servers keep no
such condition: there the bytes are compared just before, and the run says once that an edit of the
same moment would be lost.
"""

from __future__ import annotations

import hashlib
import logging
import os
from functools import lru_cache
from threading import Lock

from archiver import files
from archiver.errors import ConflictError, DocumentError
from archiver.files import AnyPath, LateWrites, Snapshot
from archiver.pipeline.places import Places
from archiver.storage.addresses import is_object_path, split_object_path
from archiver.storage.bucket import Bucket, FoundObject, TagSpelling, open_bucket
from archiver.storage.probe import find_tag_spelling
from archiver.storage.settings import ObjectSettings

logger = logging.getLogger(__name__)

_spellings: dict[str, TagSpelling | None] = {}  # of this process's servers, tried out once
_trying = Lock()


def read_document(path: bytes, root: AnyPath | None, places: Places) -> tuple[bytes, Snapshot]:
    """As `files.read_document`, of an object too.

    Raises:
        DocumentError: it cannot be read, or is too big.
        RunError: the server refuses or does not answer.
    """
    if not is_object_path(path):
        return files.read_document(path, root=root)
    found = _get(path, places)
    return found.data, _snapshot(path, found)


def why_not_writable(snapshot: Snapshot) -> str:
    """As `files.why_not_writable`; of an object the server will tell."""
    return "" if is_object_path(snapshot.path) else files.why_not_writable(snapshot)


def exists(path: bytes, places: Places) -> bool:
    """Whether something is there."""
    if not is_object_path(path):
        return os.path.lexists(path)
    folder, name = split_object_path(path)
    return _open(folder, places.objects).head(name) is not None


def sync_name(path: bytes) -> None:
    """Make the name of a file durable; that of an object is.

    Raises:
        RunError: the disk fails.
    """
    if not is_object_path(path):
        with files.run_trouble(path):
            files.sync_folder(os.path.dirname(path))


def rewrite_document(
    name: AnyPath,
    snapshot: Snapshot,
    new: bytes,
    places: Places,
    run_id: str,
    late: LateWrites | None = None,
) -> Snapshot:
    """As `files.rewrite_document`, of an object too.

    Raises:
        ConflictError: the document changed.
        DocumentError, RunError: it cannot be written.
    """
    if not is_object_path(snapshot.path):
        conflicts = os.path.join(places.state, "conflicts")
        return files.rewrite_document(
            name, snapshot, new, run_id=run_id, conflicts=conflicts, late=late
        )
    found = _get(snapshot.path, places)
    is_same = hashlib.sha256(found.data).hexdigest() == snapshot.sha256
    if not is_same or not _replace(snapshot.path, found, new, places):
        raise ConflictError(files.shown(name), "changed by someone")
    return _snapshot(snapshot.path, _get(snapshot.path, places))


def _replace(path: bytes, found: FoundObject, new: bytes, places: Places) -> bool:
    """Put *new* with the headers of *found*; whether that was still there."""
    folder, name = split_object_path(path)
    bucket = _open(folder, places.objects)
    spelling = _find_spelling(bucket)
    if spelling is None:
        bucket.put(name, new, found.headers)
        return True
    return bucket.replace(name, new, found.headers, found.facts.tag, spelling)


def _find_spelling(bucket: Bucket) -> TagSpelling | None:
    server = "/".join(bucket.url.split("/")[:3])
    with _trying:
        if server not in _spellings:
            _spellings[server] = find_tag_spelling(bucket)
            if _spellings[server] is None:
                logger.error(
                    "%s: this server cannot replace an object only if nobody changed it: each is "
                    "compared just before, but an edit of the same moment would be lost",
                    server,
                )
        return _spellings[server]


def _get(path: bytes, places: Places) -> FoundObject:
    folder, name = split_object_path(path)
    bucket = _open(folder, places.objects)
    facts = bucket.head(name)
    if facts is None:
        raise DocumentError(files.shown(path), "missing")
    if facts.size_bytes > files.MAX_DOCUMENT_BYTES:
        raise DocumentError(files.shown(path), f"larger than {files.MAX_DOCUMENT_BYTES} bytes")
    try:
        return bucket.get(name)
    except FileNotFoundError:
        raise DocumentError(files.shown(path), "missing") from None


def _snapshot(path: bytes, found: FoundObject) -> Snapshot:
    facts = found.facts
    return Snapshot(
        path=path,
        device=0,
        inode=facts.number,
        size_bytes=len(found.data),
        mtime_ns=facts.modified_ns,
        mode=0o644,
        uid=0,
        gid=0,
        links=1,
        sha256=hashlib.sha256(found.data).hexdigest(),
    )


@lru_cache(maxsize=256)
def _open(folder: str, objects: ObjectSettings) -> Bucket:
    return open_bucket(folder, objects)
