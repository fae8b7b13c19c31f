"""Digest ↔ blob. A store keeps bytes under a name made of their digest, for ever the same.

A member is a file of this folder with a class that offers `Store`: `file.FileStore` (a folder),
`memory.MemoryStore` (tests, trials), `s3.ObjectStore` (a bucket). A new one passes the suite of
tests/storage/contract.py.
"""

from __future__ import annotations

import re
from typing import BinaryIO, Protocol

_DIGEST = re.compile(r"[0-9a-f]{64}")
_EXTENSION = re.compile(r"\.[a-z0-9]{2,5}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Store(Protocol):
    """What the pipeline needs of a store. Calls are safe from several threads.

    Paths are relative to the archive folder, with ``/``. A blob is durable when `flush` was called
    after its `put` returned; only then may a journal line name it.
    """

    def put(self, spool_path: str, sha256_hex: str, extension: str) -> str:
        """Take the temporary file in as a blob, whose digest is *sha256_hex*; its path.

        The temporary file is gone afterwards, also where the blob was there before.
        """

    def put_bytes(self, data: bytes, name: str, sha256_hex: str, extension: str) -> str:
        """Keep *data*, the rendition *name* of the blob *sha256_hex*; its path.

        A rendition that was made before with other settings is replaced.
        """

    def put_sanitized(self, data: bytes, sha256_hex: str) -> str:
        """Keep *data*, the harmless form of the SVG blob *sha256_hex*; its path."""

    def flush(self) -> None:
        """Return when all that was put before is durable."""

    def exists(self, path: str) -> bool:
        """Whether something is kept at *path*."""

    def open(self, path: str) -> BinaryIO:
        """The bytes at *path*, to read.

        Raises:
            FileNotFoundError: nothing is kept there.
        """

    def path(self, path: str) -> str:
        """A local file that holds the bytes at *path*, for another process to read.

        Raises:
            ValueError: *path* leads out of the archive; a journal may come from elsewhere.
        """


def check_path(path: str) -> None:
    """Refuse a path that leads out of the archive.

    Raises:
        ValueError: it does.
    """
    if path.startswith("/") or "\0" in path or ".." in path.split("/"):
        raise ValueError(f"not a path of the archive: {path!r}")


def asset_path(sha256_hex: str, extension: str) -> str:
    """Where a blob lies.

    >>> asset_path("ab" + 62 * "0", ".png")[:14]
    'assets/ab/ab00'
    """
    return f"assets/{_file_name(sha256_hex, extension)}"


def thumbnail_path(name: str, sha256_hex: str, extension: str) -> str:
    """Where the rendition *name* of a blob lies; the digest is the blob's."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a thumbnail's name: {name!r}")
    return f"thumbnails/{name}/{_file_name(sha256_hex, extension)}"


def sanitized_path(sha256_hex: str) -> str:
    """Where the harmless form of an SVG blob lies."""
    return f"sanitized/{_file_name(sha256_hex, '.svg')}"


def _file_name(sha256_hex: str, extension: str) -> str:
    """``ab/<digest><extension>``; nothing of a URL or a header ever gets here."""
    if not _DIGEST.fullmatch(sha256_hex) or not _EXTENSION.fullmatch(extension):
        raise ValueError(f"not a digest and an extension: {sha256_hex!r} {extension!r}")
    return f"{sha256_hex[:2]}/{sha256_hex}{extension}"
