"""Config → working parts: the one place that picks implementations."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.fetch.client import Client
from archiver.fetch.headers import own_name
from archiver.imaging.workers import Examiner
from archiver.journal import Journal, new_run_id
from archiver.model import DocumentResult, DocumentTask, ImageRecord, PageTask
from archiver.pipeline.acceptance import Judge
from archiver.pipeline.barrier import Barrier
from archiver.pipeline.document import Documents, DocumentSettings
from archiver.pipeline.drawing import Drawings
from archiver.pipeline.dynamic import Skips
from archiver.pipeline.finishing import Finisher
from archiver.pipeline.habits import Habits
from archiver.pipeline.hunt import Hunter
from archiver.pipeline.image import Images
from archiver.pipeline.keep import Keeper
from archiver.pipeline.originals import Originals
from archiver.pipeline.pages import Pages
from archiver.pipeline.places import Places
from archiver.pipeline.rescue import Rescuer
from archiver.pipeline.robots import Robots
from archiver.pipeline.visiting import Visitor
from archiver.storage.file import FileStore

DISK_THREADS = 8  # they wait for fsync, which a disk does for several files at a time


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run works with."""

    documents: Documents
    pages: Pages
    client: Client
    late: files.LateWrites

    async def archive(self, task: DocumentTask | PageTask) -> DocumentResult:
        """Archive a document, whatever it is."""
        if isinstance(task, PageTask):
            return await self.pages.archive(task)
        return await self.documents.archive(task)


@dataclass(frozen=True, slots=True)
class _Tools:
    """What the parts of one run share."""

    config: Config
    places: Places
    catalog: Catalog
    journal: Journal
    store: FileStore
    originals: Originals
    late: files.LateWrites
    client: Client
    examiner: Examiner
    disk: Executor
    spool: str


@asynccontextmanager
async def open_parts(
    config: Config,
    places: Places,
    catalog: Catalog,
    on_image: Callable[[ImageRecord], None],
    on_document: Callable[[DocumentResult], None],
    is_retrying: bool,
) -> AsyncIterator[Parts]:
    """The parts of a run over *config*, closed at its end whatever ends it.

    Args:
        on_document: told of the documents that come with others: style sheets of pages.
    """
    async with _open_tools(config, places, catalog) as tools:
        images = _make_images(tools, on_image, is_retrying)
        documents = _make_documents(tools, images)
        pages = _make_pages(tools, documents, on_document)
        try:
            yield Parts(documents, pages, tools.client, tools.late)
        finally:
            await pages.close()
            await images.close()
            await documents.close()
            await asyncio.get_running_loop().run_in_executor(tools.disk, tools.late.close)


@asynccontextmanager
async def _open_tools(config: Config, places: Places, catalog: Catalog) -> AsyncIterator[_Tools]:
    spool = os.path.join(places.state, "tmp")
    files.clear_spool(spool)
    store = FileStore(places.archive_folder, spool)
    originals = Originals(os.path.join(places.state, "originals"))

    def flush() -> None:
        store.flush()
        originals.flush()

    journal = Journal(os.path.join(places.state, "journal"), new_run_id(), before_sync=flush)
    catalog.follow(journal.sync)
    late = files.LateWrites(os.path.join(places.state, "conflicts"))
    with ThreadPoolExecutor(DISK_THREADS, "disk") as disk:
        async with (
            Client(config.network, spool) as client,
            Examiner(config.imaging, config.thumbnails) as examiner,
        ):
            yield _Tools(
                config, places, catalog, journal, store, originals, late, client, examiner, disk,
                spool,
            )  # fmt: skip
        journal.close()


def _make_images(
    tools: _Tools, on_image: Callable[[ImageRecord], None], is_retrying: bool
) -> Images:
    config, places, client = tools.config, tools.places, tools.client
    keeper = Keeper(
        tools.store,
        tools.examiner,
        [thumbnail.name for thumbnail in config.thumbnails],
        places.archive,
        tools.spool,
        os.path.join(places.state, "quarantine"),
        tools.disk,
    )
    judge = Judge(config.acceptance)
    skips = Skips(config.skip, config.network)
    hunter = Hunter(
        client,
        keeper,
        judge,
        Habits(tools.catalog),
        config.planning,
        config.network,
        config.acceptance.compare_clean,
        skips,
    )
    return Images(
        catalog=tools.catalog,
        journal=tools.journal,
        hunter=hunter,
        rescuer=Rescuer(hunter, client, config.network, config.planning, tools.spool),
        keeper=keeper,
        drawings=Drawings(keeper, config.rewrite.svg, places.archive, tools.disk),
        judge=judge,
        skips=skips,
        planning=config.planning,
        spool=tools.spool,
        max_bytes=config.network.max_bytes,
        is_retrying=is_retrying,
        on_image=on_image,
    )


def _make_documents(tools: _Tools, images: Images) -> Documents:
    finisher = Finisher(
        tools.places,
        tools.journal,
        tools.catalog,
        Barrier(tools.journal.sync, tools.disk),
        tools.late,
        tools.originals,
        tools.disk,
    )
    settings = _document_settings(tools.config)
    return Documents(tools.places, settings, images, finisher, tools.disk)


def _make_pages(
    tools: _Tools, documents: Documents, on_document: Callable[[DocumentResult], None]
) -> Pages:
    config, places = tools.config, tools.places
    visitor = Visitor(
        places,
        tools.client,
        tools.originals,
        tools.catalog,
        tools.journal,
        tools.disk,
        config.pages.max_page_bytes,
    )
    robots = Robots(tools.client, own_name(config.network)) if config.pages.robots else None
    return Pages(places, visitor, tools.originals, documents, robots, tools.disk, on_document)


def _document_settings(config: Config) -> DocumentSettings:
    return DocumentSettings(
        reading=config.reading,
        rewrite=config.rewrite,
        thumbnail=config.thumbnails[0].name if config.thumbnails else "",
        whole_thumbnails=tuple(each.name for each in config.thumbnails if each.fit == "inside"),
        base_url=config.base_url,
    )
