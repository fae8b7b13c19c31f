"""Documents side by side in this process, a bounded window of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from archiver.model import DocumentResult, DocumentTask, PageTask

WINDOW = 64  # documents under way; their bytes and the images they wait for are what memory holds


Task = TypeVar("Task", bound=DocumentTask | PageTask)


async def archive_all(
    tasks: Iterable[Task],
    archive: Callable[[Task], Awaitable[DocumentResult]],
    on_document: Callable[[DocumentResult], None],
    window: int = WINDOW,
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
        raise _first(errors) from errors


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
