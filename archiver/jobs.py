"""A job: which documents need work, under the lock; then the engine; then the summary.

Nothing that fetches, decodes or parses is imported until a document needs it: a run over
unchanged documents costs a walk, one query and a comparison for each.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.config import Config
from archiver.job import Job
from archiver.listeners import Listener as Listener
from archiver.listeners import Silent as Silent
from archiver.listeners import Watcher
from archiver.model import Summary
from archiver.orders import Order


def archive(
    orders: Sequence[Order],
    config: Config,
    listener: Listener,
    *,
    is_retrying: bool = False,
    is_waiting: bool = False,
    watcher: Watcher | None = None,
) -> Summary:
    """Archive the documents of *orders*.

    Args:
        is_retrying: ask again for lost images before their time.
        is_waiting: wait for another run to end.
        watcher: is told when the run begins, and what it did when it ends.

    Raises:
        UsageError: a source or a setting cannot be used.
        LockHeldError: another run works on the same archive.
        RunError: the run cannot go on.
    """
    with Job(orders, config, listener, is_retrying, is_waiting) as job, job.watched(watcher):
        if job.has_work:
            import asyncio  # not before there is work: it costs as much as a thousand documents

            asyncio.run(job.work())
        return job.summary()


async def archive_async(
    orders: Sequence[Order],
    config: Config,
    listener: Listener,
    *,
    is_retrying: bool = False,
    is_waiting: bool = False,
) -> Summary:
    """`archive` for a program that has an event loop."""
    with Job(orders, config, listener, is_retrying, is_waiting) as job:
        if job.has_work:
            await job.work()
        return job.summary()


def archive_bytes(
    data: bytes,
    config: Config,
    listener: Listener,
    *,
    is_retrying: bool = False,
    is_waiting: bool = False,
) -> tuple[bytes, Summary]:
    """Archive the pictures of a document that is no file; what it becomes, and the summary.

    Its links are those of a file in the base folder. Relative ones in it are those of a file in the
    current folder, and stay where that is the same.

    Raises:
        LockHeldError: another run works on the same archive.
        RunError: the run cannot go on.
    """
    with Job((), config, listener, is_retrying, is_waiting) as job:
        import asyncio

        return asyncio.run(job.convert(data)), job.summary()
