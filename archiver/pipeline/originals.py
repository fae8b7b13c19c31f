"""The bytes that pages had when they were fetched, kept for ever: `restore` gives them back."""

from __future__ import annotations

import os

from archiver import files


class Originals:
    """A private folder of blobs named by their SHA-256. Safe from several threads.

    Args:
        folder: made when the first blob comes.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._touched = files.TouchedFolders(folder)

    def put(self, spool_path: str, sha256: str) -> None:
        """Keep the bytes of a temporary file, which is gone afterwards.

        Raises:
            DiskFullError, RunError: the disk is full or fails.
        """
        if self.holds(sha256):
            return
        target = self.path(sha256)
        self._touched.prepare(os.path.dirname(target))
        files.place_blob(spool_path, target)

    def holds(self, sha256: str) -> bool:
        """Whether bytes of this digest were fetched once."""
        return bool(sha256) and os.path.isfile(self.path(sha256))

    def path(self, sha256: str) -> str:
        """Where the bytes are."""
        return os.path.join(self.folder, sha256[:2], sha256)

    def flush(self) -> None:
        """Return when the names of all blobs are durable."""
        self._touched.sync()
