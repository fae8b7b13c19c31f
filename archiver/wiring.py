"""Config → working parts: the one place that picks implementations."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
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
    spool = os.path.join(places.state, "tmp")
    files.clear_spool(spool)
    names = [thumbnail.name for thumbnail in config.thumbnails]
    store = FileStore(places.archive_folder, spool)
    journals = os.path.join(places.state, "journal")
    originals = Originals(os.path.join(places.state, "originals"))

    def flush() -> None:
        store.flush()
        originals.flush()

    journal = Journal(journals, new_run_id(), before_sync=flush)
    catalog.follow(journal.sync)
    late = files.LateWrites(os.path.join(places.state, "conflicts"))
    with ThreadPoolExecutor(DISK_THREADS, "disk") as disk:
        async with (
            Client(config.network, spool) as client,
            Examiner(config.imaging, config.thumbnails) as examiner,
        ):
            quarantine = os.path.join(places.state, "quarantine")
            keeper = Keeper(store, examiner, names, places.archive, spool, quarantine, disk)
            judge = Judge(config.acceptance)
            skips = Skips(config.skip, config.network)
            hunter = Hunter(
                client,
                keeper,
                judge,
                Habits(catalog),
                config.planning,
                config.network,
                config.acceptance.compare_clean,
                skips,
            )
            images = Images(
                catalog=catalog,
                journal=journal,
                hunter=hunter,
                rescuer=Rescuer(hunter, client, config.network, config.planning, spool),
                keeper=keeper,
                drawings=Drawings(keeper, config.rewrite.svg, places.archive, disk),
                judge=judge,
                skips=skips,
                planning=config.planning,
                spool=spool,
                max_bytes=config.network.max_bytes,
                is_retrying=is_retrying,
                on_image=on_image,
            )
            barrier = Barrier(journal.sync, disk)
            finisher = Finisher(places, journal, catalog, barrier, late, originals, disk)
            documents = Documents(places, _document_settings(config), images, finisher, disk)
            max_bytes = config.pages.max_page_bytes
            visitor = Visitor(places, client, originals, catalog, journal, disk, max_bytes)
            robots = Robots(client, own_name(config.network)) if config.pages.robots else None
            pages = Pages(places, visitor, originals, documents, robots, disk, on_document)
            try:
                yield Parts(documents, pages, client, late)
            finally:
                await pages.close()
                await images.close()
                await documents.close()
                await asyncio.get_running_loop().run_in_executor(disk, late.close)
        journal.close()


def _document_settings(config: Config) -> DocumentSettings:
    return DocumentSettings(
        reading=config.reading,
        rewrite=config.rewrite,
        thumbnail=config.thumbnails[0].name if config.thumbnails else "",
        whole_thumbnails=tuple(each.name for each in config.thumbnails if each.fit == "inside"),
        base_url=config.base_url,
    )
