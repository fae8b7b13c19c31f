"""Config → working parts: the one place that picks implementations."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from archiver import files
from archiver.config import Config
from archiver.context import RunContext
from archiver.fetch.client import Client
from archiver.fetch.headers import own_name
from archiver.fetch.politeness import Politeness
from archiver.model import DocumentResult, DocumentTask, ImageRecord, PageTask
from archiver.pipeline.acceptance import Judge
from archiver.pipeline.barrier import Barrier
from archiver.pipeline.document import Documents
from archiver.pipeline.drawing import Drawings
from archiver.pipeline.dynamic import Skips
from archiver.pipeline.feed_growth import FeedGrowth
from archiver.pipeline.feed_source import FeedSource
from archiver.pipeline.finishing import Finisher
from archiver.pipeline.habits import Habits
from archiver.pipeline.image import Images
from archiver.pipeline.item_pages import ItemPages
from archiver.pipeline.keep import Keeper
from archiver.pipeline.obtaining import Obtainer
from archiver.pipeline.pages import Pages
from archiver.pipeline.posts import Posts
from archiver.pipeline.posts_task import PostsTask
from archiver.pipeline.profile import DocumentSettings
from archiver.pipeline.reading import LocalReader, Reader
from archiver.pipeline.recall import Recaller
from archiver.pipeline.refresh import Refresher
from archiver.pipeline.robots import Robots
from archiver.pipeline.visiting import Visitor
from archiver.tools import Tools, make_hunter, make_keeper, make_obtainer, open_tools


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run works with."""

    documents: Documents
    pages: Pages
    posts: Posts
    refresher: Refresher
    client: Client
    late: files.LateWrites
    images: Images
    other_requests: Callable[[], int] = lambda: 0  # of workers elsewhere

    @property
    def requests_sent(self) -> int:
        """See `Client.requests_sent`."""
        return self.client.requests_sent + self.other_requests()

    async def archive(self, task: DocumentTask | PageTask | PostsTask) -> DocumentResult:
        """Archive a document, whatever it is."""
        if isinstance(task, PostsTask):
            return await self.posts.archive(task)
        if isinstance(task, PageTask):
            return await self.pages.archive(task)
        return await self.documents.archive(task)


@asynccontextmanager
async def open_parts(
    run: RunContext,
    run_id: str,
    politeness: Politeness | None = None,
    replace_obtainer: Callable[[Obtainer], Obtainer] = lambda obtainer: obtainer,
    reader: Reader | None = None,
) -> AsyncIterator[Parts]:
    """The parts of *run*, closed at its end whatever ends it.

    Args:
        run_id: the name of its journal.
        politeness: gates that are shared with others; None: this process is alone.
        replace_obtainer: gives what gets images; it is told what would get them here.
        reader: reads documents; None: this process does.
    """
    config, spool = run.config, os.path.join(run.places.state, "tmp")
    async with open_tools(config, run.places, run.catalog, run_id, spool, politeness) as tools:
        keeper = make_keeper(tools)
        obtainer = replace_obtainer(make_obtainer(tools, keeper))
        images = _make_images(tools, obtainer, keeper, run)
        documents = _make_documents(tools, images, reader or LocalReader())
        robots = Robots(tools.client, own_name(config.network)) if config.pages.robots else None
        pages = _make_pages(tools, documents, robots, run.on_document)
        posts = _make_posts(tools, documents, robots, run.on_document)
        try:
            refresher = _make_refresher(tools, keeper, images)
            yield Parts(documents, pages, posts, refresher, tools.client, tools.late, images)
        finally:
            await pages.close()
            await images.close()
            await documents.close()
            await asyncio.get_running_loop().run_in_executor(tools.disk, tools.late.close)


def _make_images(tools: Tools, obtainer: Obtainer, keeper: Keeper, run: RunContext) -> Images:
    config = tools.config
    return Images(
        catalog=tools.catalog,
        journal=tools.journal,
        obtainer=obtainer,
        keeper=keeper,
        recaller=_make_recaller(tools),
        drawings=Drawings(keeper, config.rewrite.svg, tools.places.archive, tools.disk),
        skips=Skips(config.skip, config.network),
        is_retrying=run.is_retrying,
        on_image=run.on_image,
    )


def _make_recaller(tools: Tools) -> Recaller:
    places = tools.places
    trash = files.Trash(os.path.join(places.state, "trash"))
    return Recaller(tools.catalog, tools.journal, tools.store, trash, places.archive, tools.disk)


def _make_refresher(tools: Tools, keeper: Keeper, images: Images) -> Refresher:
    habits = Habits(tools.catalog)
    hunter = make_hunter(tools, keeper, Judge(tools.config.acceptance), habits)

    def note(record: ImageRecord) -> None:
        tools.journal.append_image(record)
        tools.catalog.add_image(record)

    return Refresher(hunter, habits, keeper, tools.catalog, note, images.draw)


def _make_documents(tools: Tools, images: Images, reader: Reader) -> Documents:
    finisher = Finisher(
        tools.places,
        tools.journal,
        tools.catalog,
        Barrier(tools.journal.sync, tools.disk),
        tools.late,
        tools.originals,
        tools.disk,
    )
    profiles = range(len(tools.config.sources) + 1)
    settings = [_document_settings(tools.config.of_profile(n)) for n in profiles]
    return Documents(tools.places, settings, reader, images, finisher, tools.disk)


def _make_pages(
    tools: Tools,
    documents: Documents,
    robots: Robots | None,
    on_document: Callable[[DocumentResult], None],
) -> Pages:
    config, places = tools.config, tools.places
    barrier = Barrier(tools.journal.sync, tools.disk)
    growth = FeedGrowth(places, tools.originals, tools.catalog, barrier, tools.disk)
    visitor = Visitor(
        places,
        tools.client,
        tools.originals,
        tools.catalog,
        tools.journal,
        growth,
        tools.disk,
        config.pages.max_page_bytes,
    )
    return Pages(
        places, visitor, growth, tools.originals, documents, robots, tools.disk, on_document
    )


def _make_posts(
    tools: Tools,
    documents: Documents,
    robots: Robots | None,
    on_document: Callable[[DocumentResult], None],
) -> Posts:
    max_bytes = tools.config.pages.max_page_bytes
    return Posts(
        places=tools.places,
        catalog=tools.catalog,
        journal=tools.journal,
        source=FeedSource(tools.client, tools.catalog, tools.disk, max_bytes),
        originals=tools.originals,
        documents=documents,
        pages=ItemPages(tools.client, robots, tools.disk, max_bytes),
        robots=robots,
        disk=tools.disk,
        on_document=on_document,
    )


def _document_settings(config: Config) -> DocumentSettings:
    return DocumentSettings(
        reading=config.reading,
        rewrite=config.rewrite,
        limits=config.document,
        thumbnail=config.thumbnails[0].name if config.thumbnails else "",
        whole_thumbnails=tuple(each.name for each in config.thumbnails if each.fit == "inside"),
        base_url=config.base_url,
        quality=config.planning.quality,
    )
