"""Blobs as files of a folder that a web server may serve as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from archiver import files
from archiver.storage import asset_path, check_path, sanitized_path, thumbnail_path


class FileStore:
    """A store in a folder, made when the first blob comes. Safe from several threads.

    Args:
        folder: the archive folder.
        spool: folder for temporary files, best on the same file system.
        check_room: asked before each blob; raises where the disk has no room for more.
    """

    def __init__(
        self, folder: str, spool: str, check_room: Callable[[], None] = lambda: None
    ) -> None:
        self._folder, self._spool, self._check_room = folder, spool, check_room
        self._touched = files.TouchedFolders(folder)

    def put(self, spool_path: str, sha256_hex: str, extension: str) -> str:
        path = asset_path(sha256_hex, extension)
        self._place(spool_path, path)
        return path

    def put_bytes(self, data: bytes, name: str, sha256_hex: str, extension: str) -> str:
        path = thumbnail_path(name, sha256_hex, extension)
        self._write(data, path)
        return path

    def put_sanitized(self, data: bytes, sha256_hex: str) -> str:
        path = sanitized_path(sha256_hex)
        self._write(data, path)
        return path

    def take_back(self, source: str, path: str) -> None:
        """Move the file *source*, which was taken out of the store, back to *path*."""
        self._place(source, path)

    def flush(self) -> None:
        self._touched.sync()

    def exists(self, path: str) -> bool:
        return Path(self.path(path)).is_file()

    def open(self, path: str) -> BinaryIO:
        return Path(self.path(path)).open("rb")

    def path(self, path: str) -> str:
        check_path(path)
        return f"{self._folder}/{path}"

    def _write(self, data: bytes, path: str) -> None:
        self._place(files.write_spool(self._spool, data), path)

    def _place(self, spool_path: str, path: str) -> None:
        self._check_room()
        target = self.path(path)
        self._touched.prepare(str(Path(target).parent))
        files.place_blob(spool_path, target)
