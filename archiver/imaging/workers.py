"""A few worker processes that examine pictures, so that no picture can hurt the archiver.

Why not pebble, which was measured (0.32 ms a task, 0.17 s to the first result, close to ours):
it unpickles what the worker sends, so a decoder that a picture took over could run code outside its
limits; it starts workers by importing the main program again, which costs more than Pillow; they
share the terminal's signals and the whole environment. What is left to write ourselves is small:
a subprocess, two pipes, `asyncio.timeout`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TypeVar

from archiver.errors import PictureError, RunError
from archiver.imaging.process import WORKER_MODULE, WorkerDied, WorkerProcess
from archiver.imaging.protocol import Contract
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.model import Outcome, Picture, Sanitized

T = TypeVar("T")

PATIENCE_S = 0.15  # a task waits so long for a busy worker before one more is started: its start
KILLED = "worker"  # the reason of a picture that was the death of its workers
_TRIES = 2  # a worker may die of something else; a picture that kills two did it


class Examiner:
    """Examines pictures in worker processes, which it starts when there is work for them.

    Attributes:
        backlog: pictures that wait for a worker, or are in one.

    >>> async def one(path):
    ...     async with Examiner(ImagingSettings(), (ThumbnailSettings(),)) as examiner:
    ...         return await examiner.examine(path)
    """

    def __init__(
        self,
        settings: ImagingSettings,
        thumbnails: Sequence[ThumbnailSettings],
        module: str = WORKER_MODULE,
    ) -> None:
        self._contract = Contract(settings, tuple(thumbnails))
        self._module = module
        self._idle: asyncio.LifoQueue[WorkerProcess | None] = asyncio.LifoQueue()
        self._started = self.backlog = 0
        self._all: set[WorkerProcess] = set()
        self._leaving: set[asyncio.Task[int]] = set()
        self._preparing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Examiner:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def prepare(self) -> None:
        """Start the first worker in the background, as long as there is none.

        For whoever knows that a picture will come, and can do something else meanwhile.
        """
        if self._started == 0:
            self._started = 1
            self._preparing = asyncio.create_task(self._prepare())

    async def _prepare(self) -> None:
        with suppress(RunError):  # its place is free: the first task tries again, and says why
            self._idle.put_nowait(await self._start())

    async def examine(self, path: str, tolerant: bool = False) -> Picture:
        """As `archiver.imaging.examine.examine_file`, in a worker.

        Raises:
            PictureError: also ``unsafe`` with the reason ``time`` (CPU or clock), ``memory`` or
                ``worker`` (it killed two workers).
            RunError: no worker can be started.
        """
        return await self._have_done(path, lambda worker: worker.examine(path, tolerant))

    async def sanitize(self, path: str, marker: str) -> Sanitized:
        """As `archiver.imaging.svg.sanitize_file`, in a worker; errors as in `examine`."""
        return await self._have_done(path, lambda worker: worker.sanitize(path, marker))

    async def _have_done(self, path: str, work: Callable[[WorkerProcess], Awaitable[T]]) -> T:
        """*work*, by another worker where one dies of it."""
        self.backlog += 1
        try:
            for _ in range(_TRIES):
                worker = await self._take()
                try:
                    return await work(worker)
                except WorkerDied:
                    continue
                finally:
                    self._give_back(worker)
        finally:
            self.backlog -= 1
        raise PictureError(path, Outcome.UNSAFE, KILLED)

    def worker_ids(self) -> tuple[int, ...]:
        """Process ids of the workers that are there for tasks."""
        return tuple(worker.id for worker in self._all)

    async def close(self) -> None:
        """End all workers at once, also in the middle of a task."""
        if self._preparing:
            self._preparing.cancel()
            await asyncio.gather(self._preparing, return_exceptions=True)
        while self._all:
            self._dismiss(self._all.pop())
        await asyncio.gather(*self._leaving)

    async def _take(self) -> WorkerProcess:
        """An idle worker, or a new one where waiting would take longer than starting it."""
        limit = self._contract.settings.worker_limit
        if self._started == 0:
            return await self._start_one_more()
        try:
            async with asyncio.timeout(PATIENCE_S if self._started < limit else None):
                worker = await self._idle.get()
        except TimeoutError:
            if self._started < limit:
                return await self._start_one_more()
            worker = await self._idle.get()
        return worker or await self._start()

    async def _start_one_more(self) -> WorkerProcess:
        self._started += 1
        return await self._start()

    async def _start(self) -> WorkerProcess:
        """A new worker; its place is free for another try when it doesn't come up."""
        try:
            worker = await WorkerProcess.start(self._contract, self._module)
        except BaseException:
            self._idle.put_nowait(None)
            raise
        self._all.add(worker)
        return worker

    def _give_back(self, worker: WorkerProcess) -> None:
        """Keep *worker* for the next task, or its place where it is dead, hung or worn out."""
        if worker.is_fit:
            self._idle.put_nowait(worker)
            return
        self._all.discard(worker)
        self._dismiss(worker)
        self._idle.put_nowait(None)

    def _dismiss(self, worker: WorkerProcess) -> None:
        """End *worker*, and wait for its end in the background, lest it stay a zombie."""
        worker.kill()
        ending = asyncio.create_task(worker.wait())
        self._leaving.add(ending)
        ending.add_done_callback(self._leaving.discard)
