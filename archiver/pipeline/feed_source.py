"""The bytes of a feed that is to become posts, from the web or from a file.

They are not kept: what is made of them is. A server is told what we had when all items were posts.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

from archiver import files
from archiver.catalog import Catalog
from archiver.errors import FetchError
from archiver.fetch.client import Client
from archiver.fetch.redirects import normalize_url
from archiver.model import Download
from archiver.pipeline.posts_task import PostsTask, mark_of_file
from archiver.pipeline.visiting import ACCEPT_FEED, CharsetNote

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FeedBytes:
    """What a feed holds now.

    Attributes:
        url: where redirects ended; "" for a file.
        charset: label of the answer's Content-Type; "" for none.
        mark: for the catalog, once all its items are posts.
    """

    data: bytes
    url: str = ""
    charset: str = ""
    mark: str = ""


class FeedSource:
    """Reads feeds."""

    def __init__(self, client: Client, catalog: Catalog, disk: Executor, max_bytes: int) -> None:
        self._client, self._catalog, self._disk = client, catalog, disk
        self._max_bytes = max_bytes

    async def read(self, task: PostsTask) -> FeedBytes | None:
        """The feed's bytes; None: it has not changed since all its items were posts.

        Raises:
            UnusableUrlError, FetchError, DocumentError: it cannot be had.
        """
        known = self._catalog.feeds.mark(task.source)
        if not task.is_web:
            return await self._read_file(task.feed, known)
        try:
            return await self._fetch(normalize_url(task.feed), _Validators.of(known))
        except FetchError as error:
            if error.reason == "not-modified":
                return None
            raise

    async def _read_file(self, path: str, known: str) -> FeedBytes | None:
        mark = mark_of_file(path)
        if mark and mark == known:
            return None
        data, _ = await self._on_disk(lambda: files.read_document(os.path.realpath(path)))
        return FeedBytes(data, mark=mark)

    async def _fetch(self, url: str, known: _Validators) -> FeedBytes:
        charset = CharsetNote()

        async def keep(download: Download) -> FeedBytes:
            data = await self._on_disk(lambda: files.read_bytes(download.path))
            mark = _Validators(download.etag, download.last_modified).as_mark()
            return FeedBytes(data, download.final_url, charset.label, mark)

        return await self._client.fetch(
            url,
            check=keep,
            max_bytes=self._max_bytes,
            etag=known.etag,
            last_modified=known.last_modified,
            headers={"Accept": ACCEPT_FEED},
            on_answer=charset.note,
        )

    async def _on_disk(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, function)


@dataclass(frozen=True, slots=True)
class _Validators:
    """What a server is told of the copy we had (RFC 9110, section 13)."""

    etag: str = ""
    last_modified: str = ""

    @classmethod
    def of(cls, mark: str) -> _Validators:
        return cls(*json.loads(mark)) if mark.startswith("[") else cls()

    def as_mark(self) -> str:
        return json.dumps([self.etag, self.last_modified])
