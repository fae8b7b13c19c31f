"""The pages of a feed's items, for posts that hold their whole text."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from dataclasses import replace

from archiver import files
from archiver.errors import FetchError
from archiver.feeds.full_text import extract_text
from archiver.feeds.item_html import first_picture
from archiver.feeds.items import FeedItem
from archiver.fetch.client import Client
from archiver.fetch.redirects import UnusableUrlError, normalize_url
from archiver.model import Download
from archiver.pipeline.robots import Robots
from archiver.pipeline.visiting import ACCEPT_PAGE, CharsetNote


class ItemPages:
    """Fetches the pages of items; nothing of them is kept but what posts hold.

    Args:
        robots: None: they are not asked.
    """

    def __init__(
        self, client: Client, robots: Robots | None, disk: Executor, max_bytes: int
    ) -> None:
        self._client, self._robots, self._disk = client, robots, disk
        self._max_bytes = max_bytes

    async def fill(self, item: FeedItem) -> tuple[FeedItem, bool]:
        """The item with its page's text, and whether that will do: a page that could not be had
        may be had later. An item whose page has no text keeps its own."""
        try:
            html = await self._read(normalize_url(item.link)) if item.link else ""
        except UnusableUrlError:
            return item, True
        except FetchError as error:
            return item, not error.is_transient
        if not html:
            return item, True
        picture = item.picture or first_picture(html, item.link)
        return replace(item, html=html, picture=picture), True

    async def _read(self, url: str) -> str:
        if self._robots is not None and await self._robots.why_not(url):
            return ""
        charset = CharsetNote()

        async def keep(download: Download) -> str:
            return await asyncio.get_running_loop().run_in_executor(
                self._disk, self._extract, download, charset.label
            )

        return await self._client.fetch(
            url,
            check=keep,
            max_bytes=self._max_bytes,
            headers={"Accept": ACCEPT_PAGE},
            on_answer=charset.note,
        )

    @staticmethod
    def _extract(download: Download, charset: str) -> str:
        return extract_text(files.read_bytes(download.path), download.final_url, charset)
