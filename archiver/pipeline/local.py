"""A picture that lies beside the document or in it: judged and stored like one from the network."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

from archiver import files
from archiver.errors import PictureError
from archiver.model import Download, Outcome
from archiver.syntax.data_urls import decode_data

T = TypeVar("T", Download, Download | None)


class Copier:
    """Makes temporary files of pictures that are on this machine already.

    Args:
        spool: folder for temporary files.
        disk: where it is done, since a disk may be slow and a file large.
    """

    def __init__(self, spool: str, max_bytes: int, disk: Executor) -> None:
        self._spool, self._max_bytes, self._disk = spool, max_bytes, disk

    async def copy_file(self, url: str, root: bytes) -> Download | None:
        """A copy of the file that a ``file:`` *url* names; None: it is not below *root*.

        Raises:
            PictureError: as of `local_path` and `copy_local`.
        """

        def copy() -> Download | None:
            path = local_path(url, root)
            return None if path is None else copy_local(path, self._spool, self._max_bytes)

        return await self._make(copy)

    async def copy_data(self, data_url: str, name: str) -> Download:
        """What *data_url* holds; *name*: the URL that stands for it.

        Raises:
            PictureError: it holds nothing that can be read, or too much.
        """

        def unpack() -> Download:
            data = decode_data(data_url)
            if data is None:
                raise PictureError(name, Outcome.NOT_IMAGE, "data-url")
            return copy_bytes(data, name, self._spool, self._max_bytes)

        return await self._make(unpack)

    async def _make(self, make: Callable[[], T]) -> T:
        """What *make* gives; its file is removed where nobody waits for it any more."""
        made = self._disk.submit(make)
        try:
            return await asyncio.wrap_future(made)
        except asyncio.CancelledError:
            made.add_done_callback(_remove)
            raise


def _remove(made: Future[T]) -> None:
    download = None if made.cancelled() or made.exception() else made.result()
    if download is not None:
        files.remove_spool(download.path)


def local_path(url: str, root: bytes) -> bytes | None:
    """The file that a ``file:`` *url* names, where it lies below *root*; else None.

    Links are resolved first, so that none leads out of the root.

    Raises:
        PictureError: no file can have that name.
    """
    name = unquote_to_bytes(urlsplit(url).path)
    if b"\0" in name:
        raise PictureError(url, Outcome.MISSING, "no such file")
    path = os.path.realpath(name)
    inside = os.path.realpath(root).rstrip(b"/") + b"/"
    return path if path.startswith(inside) else None


def copy_local(path: bytes, spool: str, max_bytes: int) -> Download:
    """A copy of the file at *path* in a temporary file of the folder *spool*.

    Raises:
        PictureError: it cannot be read, is no regular file, or too big.
        DiskFullError, RunError: the copy cannot be written.
    """
    name = os.fsdecode(path)
    try:
        return files.spool_copy(path, spool, max_bytes)
    except FileNotFoundError:
        raise PictureError(name, Outcome.MISSING, "no such file") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PictureError(name, Outcome.MISSING, reason) from error


def copy_bytes(data: bytes, name: str, spool: str, max_bytes: int) -> Download:
    """*data* in a temporary file of the folder *spool*, as if it had been downloaded.

    Raises:
        PictureError: it is too big.
    """
    if len(data) > max_bytes:
        raise PictureError(name, Outcome.TOO_BIG, f"larger than {max_bytes} bytes")
    path = files.write_spool(spool, data)
    return Download(path, hashlib.sha256(data).hexdigest(), len(data), name)
