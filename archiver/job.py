"""One run: the lock, what needs work, the engine, the counts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING

from archiver import files
from archiver.config import Config
from archiver.context import RunContext
from archiver.listeners import Listener as Listener
from archiver.listeners import Silent as Silent
from archiver.listeners import Watcher
from archiver.model import (
    DocumentOutcome,
    DocumentResult,
    DocumentTask,
    ImageRecord,
    PageTask,
    Summary,
)
from archiver.orders import Order, check_order, stream_task
from archiver.pipeline.posts_task import PostsTask
from archiver.pipeline.run_settings import RunSettings
from archiver.pipeline.schedule import format_time
from archiver.pipeline.stale import list_stale
from archiver.pipeline.state import open_locked
from archiver.pipeline.tally import Tally
from archiver.selection import Selection
from archiver.settings import read_duration_s

if TYPE_CHECKING:
    from archiver.engines import Engine
    from archiver.pipeline.budget import Budget
    from archiver.wiring import Parts


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
        self._places = config.places()
        self._tally, self._requests = Tally(), 0
        is_scheduled = bool(orders) and all(order.is_scheduled for order in orders)
        self._run = config.run if is_scheduled else None
        self._stale_until = _stale_until(self._run)
        self._budget: Budget | None = None
        self._under_way = 0
        self._stack = ExitStack()

    def __enter__(self) -> Job:
        for order in self._orders:
            check_order(order, self._config)
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def _open(self) -> None:
        self._catalog = self._stack.enter_context(open_locked(self._places, self._is_waiting))
        tasks = self._select()
        first = next(tasks, None)
        self.has_work = first is not None or any(self._stale())
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
        from archiver.pipeline.budget import Budget

        engine = load_engine(self._config.engine)
        budget = self._budget = Budget(self._run) if self._run else None
        async with self._open_parts(engine) as parts:
            work = self._work_through(engine, parts)
            await (budget.cover(work) if budget else work)
        for path, kept in parts.late.found:
            reason = f"saved by someone at the moment of the rewrite; that is kept in {kept}"
            task = DocumentTask(path, path, b"", files.shown(path))
            self._note(DocumentResult(task, DocumentOutcome.CONFLICT, reason))

    async def _work_through(self, engine: Engine, parts: Parts) -> None:
        await engine.archive_all(self._hand_out(), parts.archive, self._end, self._config)
        if self._stale_until:
            await parts.refresher.refresh_all(self._stale_until, self._tally.add_refreshed)

    def _hand_out(self) -> Iterator[DocumentTask | PageTask | PostsTask]:
        for task in self._work:
            self._under_way += 1
            yield task

    def _end(self, result: DocumentResult) -> None:
        self._under_way -= 1
        self._note(result)

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
        run = RunContext(
            self._config, self._places, self._catalog,
            self._note_image, self._note, self._is_retrying,
        )  # fmt: skip
        async with engine.open_parts(run) as parts:
            try:
                yield parts
            finally:
                self._requests = parts.requests_sent

    @contextmanager
    def watched(self, watcher: Watcher | None) -> Iterator[None]:
        """Tell *watcher* of the beginning and the end."""
        if watcher is None:
            yield
            return
        watcher.began()
        try:
            yield
        finally:
            watcher.ended(self.summary(), self._catalog.totals, self.has_work)

    def summary(self) -> Summary:
        """What was done; where a budget ended it, the documents that were not reached."""
        spent = self._budget.spent if self._budget else ""
        if spent:
            self._under_way += sum(1 for _ in self._work)  # the second time there is none
        left = self._under_way if spent else 0
        return replace(self._tally.summary(self._requests), left=left, spent=spent)

    def _note_image(self, record: ImageRecord) -> None:
        self._tally.note_image(record)
        if self._budget is not None:
            self._budget.add_image(record)
        self._listener.on_image(record)

    def _note(self, result: DocumentResult) -> None:
        self._tally.add_document(result)
        self._listener.on_document(result)

    def _stale(self) -> Iterator[ImageRecord]:
        """The pictures that are to be asked for again."""
        return list_stale(self._catalog, self._stale_until) if self._stale_until else iter(())

    def _select(self) -> Iterator[DocumentTask | PageTask | PostsTask]:
        return Selection(
            self._orders,
            self._places,
            self._catalog,
            min_age_s=read_duration_s(self._run.min_age) if self._run else 0,
            is_retrying=self._is_retrying,
            on_unchanged=self._tally.add_unchanged,
            on_busy=self._note,
        ).tasks()


def _stale_until(settings: RunSettings | None) -> str:
    """Pictures that were last asked for then or before are asked for again; "": none."""
    if settings is None or not settings.refresh:
        return ""
    age = timedelta(seconds=read_duration_s(settings.refresh))
    return format_time(datetime.now(UTC) - age)
