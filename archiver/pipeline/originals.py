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

    What writes raises `DiskFullError` or `RunError`: the disk is full or fails.

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
        """Keep the bytes of a temporary file, which is gone afterwards."""
        target = self._fetched(sha256)
        if not self._has(target):
            self._place(spool_path, target)

    def put_bytes(self, data: bytes) -> str:
        """Keep *data* as if it had been fetched; its name, a hex digest."""
        sha256 = hashlib.sha256(data).hexdigest()
        target = self._fetched(sha256)
        if not self._has(target):
            self._place(files.write_spool(self._spool, data), target)
        return sha256

    def put_made(self, data: bytes) -> str:
        """Keep *data*, which was made and not fetched, until `remove`; its name, a hex digest."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.holds(sha256):
            self._place(files.write_spool(self._spool, data), self._made(sha256))
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

    def _has(self, target: str) -> bool:
        return os.path.isfile(target)

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

    def remove(self, sha256: str) -> None:
        self._bucket.delete([self._object(self._made(sha256))])
        super().remove(sha256)

    def holds(self, sha256: str) -> bool:
        """Whether the bytes are here now; they are brought here where the bucket has them."""
        return bool(sha256) and (
            super().holds(sha256)
            or self._bring(sha256, self._fetched(sha256))
            or self._bring(sha256, self._made(sha256))
        )

    def _has(self, target: str) -> bool:
        return super()._has(target) and self._bucket.head(self._object(target)) is not None

    def _place(self, spool_path: str, target: str) -> None:
        self._bucket.put(self._object(target), files.read_bytes(spool_path), _HEADERS)
        super()._place(spool_path, target)

    def _bring(self, sha256: str, target: str) -> bool:
        name = self._object(target)
        try:
            data = self._bucket.get(name).data
        except FileNotFoundError:
            return False
        if hashlib.sha256(data).hexdigest() != sha256:
            raise RunError(f"{self._bucket.url}/{name}: damaged: not what its name says")
        super()._place(files.write_spool(self._spool, data), target)
        return True

    def _object(self, target: str) -> str:
        return f"originals/{os.path.relpath(target, self.folder)}"
