"""One wait for the disk, shared by all that are ready for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor

from archiver.pipeline.once import take_error


class Barrier:
    """Makes what was written so far durable; callers that wait together share one call.

    Args:
        sync: blocks until everything written before it was called is on the disk.

    A caller that arrives while a call runs waits for the next one: the call that runs may have
    begun before the caller's bytes were written.
    """

    def __init__(self, sync: Callable[[], None], disk: Executor) -> None:
        self._sync, self._disk = sync, disk
        self._running: asyncio.Future[None] | None = None
        self._next: asyncio.Future[None] | None = None

    async def pass_through(self) -> None:
        """Return when all that was written before this call is durable."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._after(self._running))
            self._next.add_done_callback(take_error)
        await asyncio.shield(self._next)

    async def _after(self, running: asyncio.Future[None] | None) -> None:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        await asyncio.get_running_loop().run_in_executor(self._disk, self._sync)
