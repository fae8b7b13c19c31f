"""What a person wrote and we found in an unexpected place is kept, never judged."""

from __future__ import annotations

import hashlib
import os

from archiver.files import calls
from archiver.files.folders import make_folders, sync_folder
from archiver.files.trouble import run_trouble

_NAME_BYTES = 200  # of the document's name; with the digest it stays below the usual 255


def keep_conflict(folder: str, path: bytes, data: bytes) -> str:
    """Write *data*, found in place of the document *path*, to *folder*; the new file's path.

    The name begins with the digest, so that the same bytes are kept once. The file is durable on
    return.
    """
    name = hashlib.sha256(data).hexdigest()[:16] + "-" + os.fsdecode(_short_name(path))
    kept = os.path.join(folder, name)
    with run_trouble(kept):
        make_folders(folder, 0o700)
        if not _holds(kept, data):
            _write(kept, data)
            sync_folder(folder)
    return kept


def _short_name(path: bytes) -> bytes:
    return os.path.basename(path)[-_NAME_BYTES:]


def _holds(path: str, data: bytes) -> bool:
    try:
        fd = calls.open_file(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        return calls.read(fd, len(data) + 1) == data
    finally:
        calls.close(fd)


def _write(path: str, data: bytes) -> None:
    fd = calls.open_file(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW)
    try:
        calls.write(fd, data)
        calls.fsync(fd)
    finally:
        calls.close(fd)


def read_again(fd: int) -> bytes:
    """All bytes of an open file, from its start."""
    os.lseek(fd, 0, os.SEEK_SET)
    return calls.read(fd, os.fstat(fd).st_size + 2**20)
