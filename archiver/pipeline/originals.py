"""The bytes that pages had when they were fetched, kept for ever, and what feeds have grown to."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from archiver import files
from archiver.errors import RunError

if TYPE_CHECKING:
    from archiver.storage.bucket import Bucket

_HEADERS = {"Content-Type": "application/octet-stream"}


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

    def put_read(self, data: bytes, sha256: str) -> None:
        """Keep bytes that were read from a file.

        Raises:
            DiskFullError, RunError: the disk is full or fails.
        """
        if not os.path.isfile(self._fetched(sha256)):
            self._write(data, self._fetched(sha256))

    def put_bytes(self, data: bytes) -> str:
        """Keep *data*, which was made and not fetched, until `remove`; its name, a hex digest.

        Raises:
            DiskFullError, RunError: the disk is full or fails.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.holds(sha256):
            self._write(data, self._made(sha256))
        return sha256

    def keep_bytes(self, data: bytes) -> str:
        """Keep *data* for ever, as if it had been fetched; its hex digest.

        Raises:
            DiskFullError, RunError: the disk is full or fails.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.holds(sha256):
            self._write(data, self._fetched(sha256))
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

    def _write(self, data: bytes, target: str) -> None:
        spool = files.open_spool(self._spool)
        try:
            spool.write(data)
        except BaseException:
            spool.discard()
            raise
        spool.close()
        self._place(spool.path, target)

    def _place(self, spool_path: str, target: str) -> None:
        self._check_room()
        self._touched.prepare(os.path.dirname(target))
        files.place_blob(spool_path, target)

    def _fetched(self, sha256: str) -> str:
        return os.path.join(self.folder, sha256[:2], sha256)

    def _made(self, sha256: str) -> str:
        return os.path.join(self.folder, "grown", sha256)


class SharedOriginals(Originals):
    """The same, kept in a bucket; the folder has copies of those that were asked for here."""

    def __init__(
        self,
        folder: str,
        spool: str,
        bucket: Bucket,
        check_room: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(folder, spool, check_room)
        self._bucket = bucket

    def put(self, spool_path: str, sha256: str) -> None:
        if self._bucket.head(_fetched_object(sha256)) is None:
            self._bucket.put(_fetched_object(sha256), files.read_bytes(spool_path), _HEADERS)
        super().put(spool_path, sha256)

    def put_read(self, data: bytes, sha256: str) -> None:
        """Keep bytes that were read from a file.

        Raises:
            DiskFullError, RunError: the disk is full or fails.
        """
        if not os.path.isfile(self._fetched(sha256)):
            self._write(data, self._fetched(sha256))

    def put_bytes(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.holds(sha256):
            self._bucket.put(_made_object(sha256), data, _HEADERS)
        return super().put_bytes(data)

    def remove(self, sha256: str) -> None:
        self._bucket.delete([_made_object(sha256)])
        super().remove(sha256)

    def holds(self, sha256: str) -> bool:
        """Whether the bytes are here now; they are brought here where the bucket has them."""
        return bool(sha256) and (
            super().holds(sha256)
            or self._bring(sha256, _fetched_object, self._fetched)
            or self._bring(sha256, _made_object, self._made)
        )

    def _bring(self, sha256: str, name: Callable[[str], str], target: Callable[[str], str]) -> bool:
        try:
            data = self._bucket.get(name(sha256)).data
        except FileNotFoundError:
            return False
        if hashlib.sha256(data).hexdigest() != sha256:
            raise RunError(f"{self._bucket.url}/{name(sha256)}: damaged: not what its name says")
        self._write(data, target(sha256))
        return True


def _fetched_object(sha256: str) -> str:
    return f"originals/{sha256[:2]}/{sha256}"


def _made_object(sha256: str) -> str:
    return f"originals/grown/{sha256}"
