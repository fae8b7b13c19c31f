"""A job: which documents need work, under the lock; then the engine; then the summary.

Nothing that fetches, decodes or parses is imported until a document needs it: a run over
unchanged documents costs a walk, one query and a comparison for each.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.model import (
    DocumentOutcome,
    DocumentResult,
    DocumentTask,
    ImageRecord,
    PageTask,
    Summary,
)
from archiver.orders import Order, check_links, list_pages, stream_task
from archiver.pipeline.places import Places
from archiver.pipeline.schedule import format_time
from archiver.pipeline.tally import Tally
from archiver.sources import SourceFile, find_documents, is_url

if TYPE_CHECKING:
    from archiver.engines import Engine
    from archiver.wiring import Parts


class Listener(Protocol):
    """Is told of each image and document as it ends."""

    def on_image(self, record: ImageRecord) -> None: ...

    def on_document(self, result: DocumentResult) -> None: ...


class Silent:
    """A listener that tells nobody."""

    def on_image(self, record: ImageRecord) -> None: ...

    def on_document(self, result: DocumentResult) -> None: ...


def archive(
    orders: Sequence[Order],
    config: Config,
    listener: Listener,
    *,
    is_retrying: bool = False,
    is_waiting: bool = False,
) -> Summary:
    """Archive the documents of *orders*.

    Args:
        is_retrying: ask again for lost images before their time.
        is_waiting: wait for another run to end.

    Raises:
        UsageError: a source or a setting cannot be used.
        LockHeldError: another run works on the same archive.
        RunError: the run cannot go on.
    """
    with Job(orders, config, listener, is_retrying, is_waiting) as job:
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


class Job:
    """One run over some orders; a context manager that holds the lock."""

    def __init__(
        self,
        orders: Sequence[Order],
        config: Config,
        listener: Listener,
        is_retrying: bool,
        is_waiting: bool,
    ) -> None:
        self._orders, self._config, self._listener = orders, config, listener
        self._is_retrying, self._is_waiting = is_retrying, is_waiting
        self._places = Places.of(config.base, config.archive, config.state)
        self._tally, self._requests = Tally(), 0
        self._now = format_time(datetime.now(UTC))
        self._stack = ExitStack()

    def __enter__(self) -> Job:
        for order in self._orders:
            check_links(order, self._config)
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def _open(self) -> None:
        state = self._places.state
        self._stack.enter_context(files.lock(os.path.join(state, "lock"), wait=self._is_waiting))
        self._catalog = self._stack.enter_context(
            Catalog(os.path.join(state, "catalog.sqlite"), os.path.join(state, "journal"))
        )
        if self._catalog.has_unfinished():
            from archiver.pipeline.repair import finish_stories

            finish_stories(self._places, self._catalog)
        self._states = self._catalog.all_document_states()
        tasks = self._tasks()
        first = next(tasks, None)
        self.has_work = first is not None
        self._work = chain([first] if first else [], tasks)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    async def work(self) -> None:
        """Archive what needs it."""
        from archiver.engines import load_engine

        engine = load_engine(self._config.engine)
        async with self._open_parts(engine) as parts:
            await engine.archive_all(self._work, parts.archive, self._note, self._config)
        for path, kept in parts.late.found:
            reason = f"saved by someone at the moment of the rewrite; that is kept in {kept}"
            task = DocumentTask(path, path, b"", files.shown(path))
            self._note(DocumentResult(task, DocumentOutcome.CONFLICT, reason))

    async def convert(self, data: bytes) -> bytes:
        """What the bytes of a document become; no file but of pictures is written."""
        from archiver.engines import load_engine

        async with self._open_parts(load_engine("local")) as parts:
            task = stream_task(self._places.base)
            new, result = await parts.documents.convert(data, task)
        self._note(result)
        return new

    @asynccontextmanager
    async def _open_parts(self, engine: Engine) -> AsyncIterator[Parts]:
        told = (self._listener.on_image, self._note, self._is_retrying)
        async with engine.open_parts(self._config, self._places, self._catalog, *told) as parts:
            try:
                yield parts
            finally:
                self._requests = parts.requests_sent

    def summary(self) -> Summary:
        return self._tally.summary(self._requests)

    def _note(self, result: DocumentResult) -> None:
        self._tally.add_document(result)
        self._listener.on_document(result)

    def _tasks(self) -> Iterator[DocumentTask | PageTask]:
        """The pages, and the documents that changed or wait for an image that is due; the others
        are counted."""
        yield from list_pages(self._orders)
        here = os.getcwdb() + b"/"
        own = [self._places.archive_folder, self._places.state]
        for order in self._orders:
            output = order.output and os.path.realpath(order.output)
            own_now = [*own, output] if output else own
            named = [source for source in order.sources if not is_url(source)]
            found = find_documents(named, order.settings, own_now, want_all=bool(output))
            unchanged = 0
            for file in found:
                target = os.path.join(os.fsencode(output), file.relative) if output else file.path
                if not file.is_document:
                    files.copy_file(file.path, target)
                elif self._is_unchanged(file, target, order.is_scheduled):
                    unchanged += 1
                else:
                    name = os.fsdecode(file.path.removeprefix(here))
                    yield DocumentTask(file.path, target, file.root, name, order.is_scheduled)
            self._tally.add_unchanged(unchanged)

    def _is_unchanged(self, file: SourceFile, target: bytes, is_scheduled: bool) -> bool:
        path = self._places.relative(target)
        state = self._states.get(path)
        if state is None or state[:3] != (file.size_bytes, file.mtime_ns, file.inode):
            return False
        if state.retry_at and (self._is_retrying or state.retry_at <= self._now):
            return False
        if target is not file.path and not os.path.lexists(target):
            return False
        return is_scheduled or not self._catalog.is_restored(path, state.sha256)
