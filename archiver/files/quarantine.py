"""Files that killed their examiners are put where nothing opens them again."""

from __future__ import annotations

import os

from archiver.errors import DocumentError
from archiver.files import calls
from archiver.files.blobs import place_blob
from archiver.files.documents import hash_document
from archiver.files.folders import make_folders, sync_folder
from archiver.files.trouble import run_trouble

_DAMAGED = "damaged-"


def quarantine(spool_path: str, folder: str, sha256_hex: str) -> str:
    """Move a temporary file to *folder* under its digest; where it lies then, durable.

    Raises:
        DiskFullError, RunError: it cannot be moved; it stays where it was.
    """
    target = os.path.join(folder, sha256_hex)
    with run_trouble(target):
        make_folders(folder, 0o700)
        calls.rename(spool_path, target)
        sync_folder(folder)
    return target


def quarantine_damaged(path: str, folder: str) -> str:
    """Move a damaged file of the archive to *folder*; where it lies then, durable.

    Its name tells its bytes and the name it had. It is none of `list_quarantine`: the same bytes,
    whole under a name of their own, may be opened. What is no regular file (a folder, a link, a
    pipe) is moved as it is, without being opened.

    Raises:
        DiskFullError, RunError: it cannot be moved; it stays where it was.
    """
    mark, move = _mark(path)
    target = os.path.join(folder, f"{_DAMAGED}{mark}-{os.path.basename(path)}")
    with run_trouble(target):
        make_folders(folder, 0o700)
        move(path, target)
        sync_folder(folder)
    return target


def _mark(path: str) -> tuple[str, calls.Move]:
    """16 hex digits that tell the bytes of a file, where it has any; and how it is moved."""
    try:
        return hash_document(path)[:16], place_blob
    except DocumentError:
        return os.urandom(8).hex(), calls.rename


def damaged_name(name: str) -> str:
    """The name that a damaged file in quarantine had in the archive; "" for another file.

    >>> damaged_name("damaged-0123456789abcdef-ab.png"), damaged_name("0123456789abcdef")
    ('ab.png', '')
    """
    return name[len(_DAMAGED) + 17 :] if name.startswith(_DAMAGED) else ""


def list_quarantine(folder: str) -> frozenset[str]:
    """The digests of the files in *folder*."""
    try:
        return frozenset(os.listdir(folder))
    except FileNotFoundError:
        return frozenset()
