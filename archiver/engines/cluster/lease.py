"""The right of a worker to ask its hosts: one worker a shard, also while the network is cut.

A worker that is taken for dead may only be out of reach, and its successor would ask the same hosts
beside it. So each asks the limiter for a lease again and again, and begins no request without one;
a successor gets it when the last one has run out. What was begun before may still end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from archiver.engines.cluster.sharding import LIMITER, Reach

LEASE_S = 6.0  # a successor waits so long at most; a node that is out of reach asks on as long
_RENEW_S = LEASE_S / 3
MOST_WAITING = 32  # pictures that were fetched and are not yet examined, at one worker
_LOOK_AGAIN_S = 0.05


class Limiter:
    """Grants the leases of a run.

    Args:
        is_successor: leases of one that is gone may still run.
    """

    def __init__(
        self, is_successor: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._closed_until_s = clock() + LEASE_S if is_successor else 0.0
        self._held: dict[int, tuple[str, float]] = {}

    async def renew(self, shard: int, life: str) -> float:
        """Seconds for which *life* has the lease of *shard*; below 0: so long somebody else has."""
        now = self._clock()
        holder, until_s = self._held.get(shard, (life, 0.0))
        if holder == life:
            until_s = self._closed_until_s
        if until_s > now:
            return now - until_s
        self._held[shard] = (life, now + LEASE_S)
        return LEASE_S


class Holder:
    """A worker's lease, renewed in the background; offers `archiver.fetch.politeness.Lease`."""

    def __init__(
        self, reach: Reach, shard: int, life: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._reach, self._shard, self._life, self._clock = reach, shard, life, clock
        self._until_s = 0.0
        self._renewed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def is_held(self) -> bool:
        return self._clock() < self._until_s

    async def wait(self) -> None:
        while not self.is_held:
            self._renewed.clear()
            await self._renewed.wait()

    async def __aenter__(self) -> Holder:
        self._task = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            asked_s = self._clock()  # the limiter counts from later, so never beyond its own time
            seconds = await self._reach.call(LIMITER, "renew", self._shard, self._life)
            if seconds > 0:
                self._until_s = asked_s + seconds
                self._renewed.set()
            await asyncio.sleep(_RENEW_S if seconds > 0 else -seconds)


class Permission:
    """A lease, while what was fetched is worked through; offers `Lease` as well.

    Without a bound downloads would fill the disk where decoding is slower, and be lost with the
    worker.

    Args:
        backlog: how many pictures wait to be examined now.
    """

    def __init__(self, lease: Holder, backlog: Callable[[], int], most: int = MOST_WAITING) -> None:
        self._lease, self._backlog, self._most = lease, backlog, most

    @property
    def is_held(self) -> bool:
        return self._lease.is_held and self._backlog() < self._most

    async def wait(self) -> None:
        while not self.is_held:
            await self._lease.wait()
            if self._backlog() >= self._most:
                await asyncio.sleep(_LOOK_AGAIN_S)
