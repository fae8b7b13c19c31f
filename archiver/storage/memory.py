"""Blobs in memory: for tests, and to try things out."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from archiver import files
from archiver.storage import asset_path, check_path, sanitized_path, thumbnail_path


class MemoryStore:
    """A store that ends with the process."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}
        self._shown = TemporaryDirectory(prefix="archiver-")

    def put(self, spool_path: str, sha256_hex: str, extension: str) -> str:
        path = asset_path(sha256_hex, extension)
        self._blobs[path] = files.read_bytes(spool_path)
        files.remove_spool(spool_path)
        return path

    def put_bytes(self, data: bytes, name: str, sha256_hex: str, extension: str) -> str:
        path = thumbnail_path(name, sha256_hex, extension)
        self._blobs[path] = data
        return path

    def put_sanitized(self, data: bytes, sha256_hex: str) -> str:
        path = sanitized_path(sha256_hex)
        self._blobs[path] = data
        return path

    def flush(self) -> None:
        """Nothing here outlives the process."""

    def exists(self, path: str) -> bool:
        return path in self._blobs

    def open(self, path: str) -> BinaryIO:
        if path not in self._blobs:
            raise FileNotFoundError(path)
        return BytesIO(self._blobs[path])

    def path(self, path: str) -> str:
        check_path(path)
        file = Path(self._shown.name, path.replace("/", "-"))
        file.write_bytes(self._blobs[path])
        return str(file)
