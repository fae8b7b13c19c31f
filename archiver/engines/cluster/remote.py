"""Images from the workers, as the process that reads the documents sees it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from archiver.catalog import Catalog
from archiver.engines.cluster.sharding import Reach, Reply, shard_of_url
from archiver.fetch.settings import FetchSettings
from archiver.journal.lines import decode, encode
from archiver.model import ImageRecord
from archiver.pipeline.habits import host_of
from archiver.pipeline.obtaining import Obtained, Obtainer
from archiver.pipeline.wanted import Wanted

WINDOW = 1000  # images asked of one worker at a time


class RemoteObtainer:
    """Asks the worker that looks after the host of an image.

    Local files and `data:` URLs are taken here: no bytes of a picture travel between processes.

    Args:
        local: gets what no worker is asked for.
    """

    def __init__(
        self, local: Obtainer, reach: Reach, catalog: Catalog, network: FetchSettings, shards: int
    ) -> None:
        self._local, self._reach, self._catalog = local, reach, catalog
        self._network, self._shards = network, shards
        self._windows = [asyncio.Semaphore(WINDOW) for _ in range(shards)]
        self._requests: dict[str, int] = {}

    @property
    def requests_sent(self) -> int:
        """By the workers, as far as they told."""
        return sum(self._requests.values())

    async def obtain(self, wanted: Wanted, known: ImageRecord | None) -> Obtained:
        """As `Obtainer.obtain`."""
        if not wanted.url.startswith(("http:", "https:")):
            return await self._local.obtain(wanted, known)
        facts = tuple(self._catalog.host_facts(host_of(wanted.url)))
        plain = replace(wanted, attributes=dict(wanted.attributes))  # which can be pickled
        line = encode(known, known.when) if known is not None else b""
        return await self._ask(wanted.url, "obtain", plain, line, facts)

    async def render_again(self, known: ImageRecord) -> Obtained:
        """As `Obtainer.render_again`."""
        if not known.url.startswith(("http:", "https:")):
            return await self._local.render_again(known)
        return await self._ask(known.url, "render_again", encode(known, known.when))

    async def _ask(self, url: str, method: str, *arguments: object) -> Obtained:
        shard = shard_of_url(url, self._network, self._shards)
        async with self._windows[shard]:
            reply: Reply = await self._reach.call(shard, method, *arguments)
        for fact in reply.facts:
            self._catalog.learn(fact)
        told = self._requests.get(reply.sender, 0)
        self._requests[reply.sender] = max(told, reply.requests_sent)
        records = [decode(line) for line in (reply.line, *reply.others)]
        first, *others = [record for record in records if isinstance(record, ImageRecord)]
        return Obtained(first, tuple(others), reply.is_noted)
