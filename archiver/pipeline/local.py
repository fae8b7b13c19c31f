"""A picture that lies beside the document: judged and stored like one from the network."""

from __future__ import annotations

import hashlib
import os
from urllib.parse import unquote_to_bytes, urlsplit

from archiver import files
from archiver.errors import PictureError
from archiver.model import Download, Outcome


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
