"""What gets images into the store, made from a `Config`; in a run, and in its workers elsewhere."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.fetch.client import Client
from archiver.fetch.politeness import Politeness
from archiver.imaging.workers import Examiner
from archiver.journal import Journal
from archiver.pipeline.acceptance import Judge
from archiver.pipeline.barrier import Barrier
from archiver.pipeline.dynamic import Skips
from archiver.pipeline.habits import Habits
from archiver.pipeline.hunt import Hunter
from archiver.pipeline.keep import Keeper
from archiver.pipeline.local import Copier
from archiver.pipeline.obtaining import LocalObtainer, Obtainer
from archiver.pipeline.originals import Originals
from archiver.pipeline.places import Places
from archiver.pipeline.rescue import Rescuer
from archiver.pipeline.state import open_journal, open_originals
from archiver.storage import Store
from archiver.storage.opening import open_store

DISK_THREADS = 8  # they wait for fsync, which a disk does for several files at a time


@dataclass(frozen=True, slots=True)
class Tools:
    """What the parts of one run share."""

    config: Config
    places: Places
    catalog: Catalog
    journal: Journal
    store: Store
    originals: Originals
    late: files.LateWrites
    client: Client
    examiner: Examiner
    disk: Executor
    spool: str


@dataclass(frozen=True, slots=True)
class Obtaining:
    """What gets images into the store, and notes it."""

    obtainer: Obtainer
    client: Client
    examiner: Examiner
    journal: Journal
    barrier: Barrier


@asynccontextmanager
async def open_obtaining(
    config: Config,
    places: Places,
    catalog: Catalog,
    run_id: str,
    spool: str,
    politeness: Politeness,
) -> AsyncIterator[Obtaining]:
    """What a worker on another machine needs of the parts of a run.

    Args:
        catalog: its own.
        run_id: the name of its own journal.
        spool: its own folder for temporary files.
    """
    parts = open_tools(config, places, catalog, run_id, spool, politeness, has_copy=False)
    async with parts as tools:
        obtainer = make_obtainer(tools, make_keeper(tools))
        barrier = Barrier(tools.journal.sync, tools.disk)
        yield Obtaining(obtainer, tools.client, tools.examiner, tools.journal, barrier)


@asynccontextmanager
async def open_tools(
    config: Config,
    places: Places,
    catalog: Catalog,
    run_id: str,
    spool: str,
    politeness: Politeness | None,
    has_copy: bool = True,
) -> AsyncIterator[Tools]:
    """What a run works with, closed at its end.

    Args:
        has_copy: see `open_journal`.
    """
    files.clear_spool(spool)
    folders = (places.state,) if places.archive_url else (places.archive_folder, places.state)
    room = files.Room(folders, config.reserve)
    room.check()
    late = files.LateWrites(os.path.join(places.state, "conflicts"))
    threads = config.objects.threads if places.archive_url else DISK_THREADS
    with ThreadPoolExecutor(threads, "disk") as disk:
        store = await _open_store(config, places, spool, room, disk)
        originals = open_originals(places, spool, room.check)

        def flush() -> None:
            store.flush()
            originals.flush()

        journal = open_journal(places, run_id, flush, has_copy)
        catalog.follow(journal.sync)
        async with (
            Client(config.network, spool, politeness=politeness) as client,
            Examiner(config.imaging, config.thumbnails) as examiner,
        ):
            yield Tools(
                config, places, catalog, journal, store, originals, late, client, examiner, disk,
                spool,
            )  # fmt: skip
        journal.close()


async def _open_store(
    config: Config, places: Places, spool: str, room: files.Room, disk: Executor
) -> Store:
    """Off the event loop: a bucket is asked what it keeps."""
    wanted = (places.archive_folder, places.archive_url, spool, config.objects, room.check)
    return await asyncio.get_running_loop().run_in_executor(disk, open_store, *wanted)


def make_keeper(tools: Tools) -> Keeper:
    return Keeper(
        tools.store,
        tools.examiner,
        [thumbnail.name for thumbnail in tools.config.thumbnails],
        tools.places.archive,
        tools.spool,
        os.path.join(tools.places.state, "quarantine"),
        tools.disk,
    )


def make_hunter(tools: Tools, keeper: Keeper, judge: Judge, habits: Habits) -> Hunter:
    config = tools.config
    return Hunter(
        tools.client,
        keeper,
        judge,
        habits,
        config.planning,
        config.network,
        config.acceptance.compare_clean,
        Skips(config.skip, config.network),
    )


def make_obtainer(tools: Tools, keeper: Keeper) -> LocalObtainer:
    config, client = tools.config, tools.client
    judge = Judge(config.acceptance)
    copier = Copier(tools.spool, config.network.max_bytes, tools.disk)
    hunter = make_hunter(tools, keeper, judge, Habits(tools.catalog))
    return LocalObtainer(
        find=tools.catalog.find_image,
        hunter=hunter,
        rescuer=Rescuer(hunter, client, config.network, config.planning, copier),
        keeper=keeper,
        judge=judge,
        planning=config.planning,
        copier=copier,
    )
