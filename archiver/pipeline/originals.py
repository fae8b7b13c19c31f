"""The bytes that pages had when they were fetched, kept for ever, and what feeds have grown to."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from archiver import files


class Originals:
    """A private folder of blobs named by their SHA-256. Safe from several threads.

    Args:
        folder: made when the first blob comes.
        spool: folder of temporary files.
        check_room: asked before each blob; raises where the disk has no room for more.
    """

    def __init__(
        self, folder: str, spool: str, check_room: Callable[[], None] = lambda: None
    ) -> None:
        self.folder, self._spool, self._check_room = folder, spool, check_room
        self._touched = files.TouchedFolders(folder)

    def put(self, spool_path: str, sha256: str) -> None:
        """Keep the bytes of a temporary file, which is gone afterwards.

        Raises:
            DiskFullError, RunError: the disk is full or fails.
        """
        if os.path.isfile(self._fetched(sha256)):
            return
        self._place(spool_path, self._fetched(sha256))

    def put_bytes(self, data: bytes) -> str:
        """Keep *data*, which was made and not fetched, until `remove`; its name, a hex digest.

        Raises:
            DiskFullError, RunError: the disk is full or fails.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if self.holds(sha256):
            return sha256
        spool = files.open_spool(self._spool)
        try:
            spool.write(data)
        except BaseException:
            spool.discard()
            raise
        spool.close()
        self._place(spool.path, self._made(sha256))
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes of a digest that is held."""
        return files.read_bytes(self.path(sha256))

    def remove(self, sha256: str) -> None:
        """Forget bytes that were made; what was fetched stays."""
        files.remove_spool(self._made(sha256))

    def holds(self, sha256: str) -> bool:
        """Whether bytes of this digest were fetched once, or made and not removed."""
        return bool(sha256) and os.path.isfile(self.path(sha256))

    def path(self, sha256: str) -> str:
        """Where the bytes are."""
        made = self._made(sha256)
        return made if os.path.isfile(made) else self._fetched(sha256)

    def flush(self) -> None:
        """Return when the names of all blobs are durable."""
        self._touched.sync()

    def _place(self, spool_path: str, target: str) -> None:
        self._check_room()
        self._touched.prepare(os.path.dirname(target))
        files.place_blob(spool_path, target)

    def _fetched(self, sha256: str) -> str:
        return os.path.join(self.folder, sha256[:2], sha256)

    def _made(self, sha256: str) -> str:
        return os.path.join(self.folder, "grown", sha256)
