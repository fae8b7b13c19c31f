"""Files that killed their examiners are put where nothing opens them again."""

from __future__ import annotations

import os

from archiver.files import calls
from archiver.files.folders import make_folders, sync_folder
from archiver.files.trouble import run_trouble


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


def list_quarantine(folder: str) -> frozenset[str]:
    """The digests of the files in *folder*."""
    try:
        return frozenset(os.listdir(folder))
    except FileNotFoundError:
        return frozenset()
