"""Config → working parts: the one place that picks implementations."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archiver import files
from archiver.config import Config
from archiver.context import RunContext
from archiver.fetch.client import Client
from archiver.fetch.politeness import Politeness
from archiver.model import DocumentResult, DocumentTask, ImageRecord, PageTask
from archiver.pipeline.acceptance import Judge
from archiver.pipeline.barrier import Barrier
from archiver.pipeline.document import Documents
from archiver.pipeline.drawing import Drawings
from archiver.pipeline.dynamic import Skips
from archiver.pipeline.finishing import Finisher
from archiver.pipeline.habits import Habits
from archiver.pipeline.image import Images
from archiver.pipeline.keep import Keeper
from archiver.pipeline.obtaining import Obtainer
from archiver.pipeline.posts_task import PostsTask
from archiver.pipeline.profile import DocumentSettings
from archiver.pipeline.reading import LocalReader, Reader
from archiver.pipeline.recall import Recaller
from archiver.pipeline.refresh import Refresher
from archiver.tools import Tools, make_hunter, make_keeper, make_obtainer, open_tools

if TYPE_CHECKING:
    from archiver.visits import Visits


class VisitsOnDemand:
    """What archives pages and feeds, made when the first of them comes.

    Importing it (templates, the parser of feeds) takes a tenth of a second.
    """

    def __init__(
        self, tools: Tools, documents: Documents, on_document: Callable[[DocumentResult], None]
    ) -> None:
        self._tools, self._documents, self._on_document = tools, documents, on_document
        self._visits: Visits | None = None

    def open(self) -> Visits:
        """The same each time."""
        if self._visits is None:
            from archiver.visits import make_visits

            self._visits = make_visits(self._tools, self._documents, self._on_document)
        return self._visits

    async def close(self) -> None:
        """Stop what is under way."""
        if self._visits is not None:
            await self._visits.pages.close()


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run works with."""

    documents: Documents
    visits: VisitsOnDemand
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
            return await self.visits.open().posts.archive(task)
        if isinstance(task, PageTask):
            return await self.visits.open().pages.archive(task)
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
        visits = VisitsOnDemand(tools, documents, run.on_document)
        try:
            refresher = _make_refresher(tools, keeper, images)
            yield Parts(documents, visits, refresher, tools.client, tools.late, images)
        finally:
            await visits.close()
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
