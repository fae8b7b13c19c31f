"""The store of an archive: a folder, or a bucket."""

from __future__ import annotations

import logging
from collections.abc import Callable

from archiver.storage import Store
from archiver.storage.file import FileStore
from archiver.storage.settings import ObjectSettings

logger = logging.getLogger(__name__)


def open_store(
    folder: str,
    url: str,
    spool: str,
    settings: ObjectSettings,
    check_room: Callable[[], None] = lambda: None,
) -> Store:
    """The store of an archive, ready for use. That of a bucket is tried out, which takes requests.

    Args:
        folder: of an archive on this machine.
        url: of one on an object store; "": there is none.
        spool: folder for temporary files.
        check_room: see `FileStore`.

    Raises:
        UsageError: the URL cannot be used, or obstore is not installed.
        RunError: the server refuses or does not answer.
    """
    if not url:
        return FileStore(folder, spool, check_room)
    from archiver.storage.bucket import open_bucket
    from archiver.storage.probe import honours_create
    from archiver.storage.s3 import ObjectStore

    bucket = open_bucket(url, settings)
    creates = honours_create(bucket)
    logger.info("opened url=%s honours_create=%s", bucket.url, creates)
    return ObjectStore(bucket, spool, creates=creates, multipart_bytes=settings.multipart_bytes)
