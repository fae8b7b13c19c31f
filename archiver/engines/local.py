"""Documents side by side in this process, a bounded window of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

from archiver import wiring
from archiver.config import Config
from archiver.context import RunContext
from archiver.errors import first_error
from archiver.journal import new_run_id
from archiver.memory import hold_little_memory
from archiver.model import DocumentResult, DocumentTask, PageTask
from archiver.pipeline.posts_task import PostsTask

WINDOW = 64  # documents under way; their bytes and the images they wait for are what memory holds


Task = TypeVar("Task", bound=DocumentTask | PageTask | PostsTask)


@asynccontextmanager
async def open_parts(run: RunContext) -> AsyncIterator[wiring.Parts]:
    """As `Engine.open_parts`."""
    hold_little_memory()
    async with wiring.open_parts(run, new_run_id()) as parts:
        yield parts


async def archive_all(
    tasks: Iterable[Task],
    archive: Callable[[Task], Awaitable[DocumentResult]],
    on_document: Callable[[DocumentResult], None],
    config: Config,
) -> None:
    """As `Engine.archive_all`."""
    await work_through(tasks, archive, on_document, WINDOW)


async def work_through(
    tasks: Iterable[Task],
    archive: Callable[[Task], Awaitable[DocumentResult]],
    on_document: Callable[[DocumentResult], None],
    window: int,
) -> None:
    """Archive every document of *tasks*; a document is reported as soon as its last image is.

    Raises:
        RunError: the run cannot go on; what was under way is cancelled first.
    """
    gate = asyncio.Semaphore(window)

    async def one(task: Task) -> None:
        try:
            on_document(await archive(task))
        finally:
            gate.release()

    try:
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                await gate.acquire()
                group.create_task(one(task))
    except BaseExceptionGroup as errors:
        raise first_error(errors) from errors
