"""Work that many wait for and that is done once a run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def take_error(task: asyncio.Future[Any]) -> None:
    """A callback of a task that several wait for: they may all have been cancelled, and asyncio
    would print an error that nobody asked for. A failing run has one that says enough."""
    if not task.cancelled():
        task.exception()


class Once(Generic[T]):
    """Results by key. One who waits may be cancelled; the work goes on for the others."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[T]] = {}

    async def do(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What *start* gives, which is called by the first who asks for *key*.

        Raises whatever the work raised, to each who asks.
        """
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(start())
            task.add_done_callback(take_error)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop what is under way."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
