"""Blobs as objects of a bucket that a web server may serve as it is: S3, Google, Azure.

An object is whole or not there, and durable when its put returned, so there is nothing to flush.
Nothing is said of who may read it: that is the bucket's policy, which only its owner knows.
"""

from __future__ import annotations

import hashlib
import os
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from archiver import files
from archiver.errors import RunError
from archiver.storage import asset_path, check_path, sanitized_path, thumbnail_path
from archiver.storage.bucket import Bucket
from archiver.storage.media import headers_of

SUM_KEY = "sha256"  # own key of each object: the digest of its bytes


class ObjectStore:
    """A store in a bucket. Safe from several threads.

    Args:
        spool: folder for temporary files.
        creates: whether the server refuses to create what is there (`probe.honours_create`): a
            blob that is known is then not sent again. Else it is, which changes nothing.
        multipart_bytes: a blob larger than that is put in parts.
    """

    def __init__(self, bucket: Bucket, spool: str, *, creates: bool, multipart_bytes: int) -> None:
        self._bucket, self._spool = bucket, spool
        self._creates, self._multipart_bytes = creates, multipart_bytes
        self._shown: dict[str, str] = {}
        self._showing = Lock()

    def put(self, spool_path: str, sha256_hex: str, extension: str) -> str:
        path = asset_path(sha256_hex, extension)
        size_bytes = os.path.getsize(spool_path)
        if size_bytes > self._multipart_bytes:
            self._put_in_parts(path, spool_path, sha256_hex, size_bytes)
        else:
            self._put_blob(path, files.read_bytes(spool_path), sha256_hex)
        files.remove_spool(spool_path)
        return path

    def put_bytes(self, data: bytes, name: str, sha256_hex: str, extension: str) -> str:
        return self._replace(thumbnail_path(name, sha256_hex, extension), data)

    def put_sanitized(self, data: bytes, sha256_hex: str) -> str:
        return self._replace(sanitized_path(sha256_hex), data)

    def flush(self) -> None:
        """What was put is durable."""

    def exists(self, path: str) -> bool:
        check_path(path)
        return bool(path) and self._bucket.head(path) is not None

    def open(self, path: str) -> BinaryIO:
        check_path(path)
        found = self._bucket.get(path)
        expected = found.headers.get(SUM_KEY)
        if expected and hashlib.sha256(found.data).hexdigest() != expected:
            raise RunError(f"{self._bucket.url}/{path}: damaged: not the bytes that were put")
        return BytesIO(found.data)

    def path(self, path: str) -> str:
        check_path(path)
        with self._showing:
            shown = self._shown.get(path)
            if shown is None or not os.path.exists(shown):
                shown = self._shown[path] = self._download(path)
        return shown

    def _download(self, path: str) -> str:
        with self.open(path) as blob:
            return files.write_spool(self._spool, blob.read())

    def _put_blob(self, path: str, data: bytes, sha256_hex: str) -> None:
        headers = headers_of(path) | {SUM_KEY: sha256_hex}
        if not self._creates:
            self._bucket.put(path, data, headers)
        elif not self._bucket.create(path, data, headers) and not self._is_whole(path, len(data)):
            self._bucket.put(path, data, headers)  # somebody else put something there

    def _put_in_parts(self, path: str, spool_path: str, sha256_hex: str, size_bytes: int) -> None:
        """Parts can't be made conditional; so what is there is asked for first."""
        if not self._is_whole(path, size_bytes):
            headers = headers_of(path) | {SUM_KEY: sha256_hex}
            self._bucket.put(path, Path(spool_path), headers, in_parts=True)

    def _is_whole(self, path: str, size_bytes: int) -> bool:
        facts = self._bucket.head(path)
        return facts is not None and facts.size_bytes == size_bytes

    def _replace(self, path: str, data: bytes) -> str:
        sum_of = hashlib.sha256(data).hexdigest()
        self._bucket.put(path, data, headers_of(path) | {SUM_KEY: sum_of})
        return path
