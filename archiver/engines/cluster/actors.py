"""The workers of a run as actors of Ray."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import archiver
from archiver import files
from archiver.config import Config
from archiver.engines.cluster.joining import join_cluster
from archiver.engines.cluster.lease import Limiter
from archiver.engines.cluster.shard import CONCURRENCY, Shard
from archiver.engines.cluster.sharding import LIMITER, Setup, spool_name
from archiver.engines.cluster.tasks import answer_of
from archiver.pipeline.places import Places

NAMESPACE = "archiver"
_CLOSE_S = 10.0  # for the workers to close what they have open; then they are ended
# They take no CPU of Ray's account: reserved shares starve tasks without any error after a node
# died. An actor comes again as often as it dies, and calls wait for it: with a bounded number of
# retries they are used up before the death of a node is even noticed.
_OPTIONS = {"num_cpus": 0, "max_restarts": -1, "max_task_retries": -1, "namespace": NAMESPACE}


class RayReach:
    """`Reach` by the names of actors; travels to the actors, which call each other with it."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._handles: dict[int, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return RayReach, (self._run_id,)

    async def call(self, address: int, method: str, *arguments: Any) -> Any:
        """As `Reach.call`.

        Raises:
            ArchiverError: what *method* raised.
            RunError: the cluster is gone, or the worker raised something else.
        """
        return await answer_of(lambda: getattr(self._handle(address), method).remote(*arguments))

    def add(self, address: int, handle: Any) -> None:
        """Take *handle* for *address*, without asking for its name."""
        self._handles[address] = handle

    def name(self, address: int) -> str:
        """The name of the actor at *address*."""
        return f"{self._run_id}-{'limiter' if address == LIMITER else address}"

    def _handle(self, address: int) -> Any:
        if address not in self._handles:
            import ray

            self._handles[address] = ray.get_actor(self.name(address), namespace=NAMESPACE)
        return self._handles[address]


class Cluster(RayReach):
    """The workers of a run, for the process that began it.

    Attributes:
        shards: how many there are.
    """

    def __init__(self, run_id: str, config: Config, places: Places, nodes: int, mark: str) -> None:
        super().__init__(run_id)
        self.shards = config.ray.actors or nodes
        config = _share_cores(config, math.ceil(self.shards / nodes))
        self.add(LIMITER, _make(Limiter, "_LimiterActor", self.name(LIMITER), ()))
        for shard in range(self.shards):
            setup = Setup(config, places, run_id, shard, self.shards, archiver.__version__, mark)
            arguments = (setup, RayReach(run_id))
            self.add(shard, _make(Shard, "_ShardActor", self.name(shard), arguments))

    async def open(self) -> None:
        """Return when every worker can work.

        Raises:
            RunError: one cannot.
        """
        await asyncio.gather(*(self.call(shard, "ready") for shard in range(self.shards)))

    async def close(self) -> None:
        """End the workers, cleanly if they answer in time."""
        import ray

        closing = [asyncio.ensure_future(self.call(n, "close")) for n in range(self.shards)]
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await asyncio.gather(*closing, return_exceptions=True)
        for handle in self._handles.values():
            ray.kill(handle)


@asynccontextmanager
async def open_cluster(config: Config, places: Places, run_id: str) -> AsyncIterator[Cluster]:
    """The workers of a run, ended with it.

    Raises:
        UsageError: Ray is not installed, or the token is not there.
        RunError: the cluster cannot be joined.
    """
    spools = os.path.join(places.state, "tmp")
    with join_cluster(config.ray, NAMESPACE) as nodes:
        files.remove_spools(spools, spool_name())  # of a run that was killed
        is_elsewhere = bool(places.archive_url and places.state_url)
        mark = "" if is_elsewhere else _make_mark(os.path.join(spools, spool_name() + "mark"))
        cluster = Cluster(run_id, config, places, nodes, mark)
        try:
            await cluster.open()
            yield cluster
        finally:
            await cluster.close()
            files.remove_spools(spools, spool_name())


def _make_mark(folder: str) -> str:
    file = files.open_spool(folder)
    file.close()
    return file.path


def _make(cls: type[Any], name: str, actor: str, arguments: tuple[Any, ...]) -> Any:
    """An actor of *cls* that knows whether it is the successor of one that died."""
    import ray

    def init(self: Any, *given: Any) -> None:
        is_successor = ray.get_runtime_context().was_current_actor_reconstructed
        cls.__init__(self, *given, is_successor)

    made = ray.remote(type(name, (cls,), {"__init__": init}))
    spread = {"scheduling_strategy": "SPREAD", "max_concurrency": CONCURRENCY, "name": actor}
    return made.options(**_OPTIONS, **spread).remote(*arguments)


def _share_cores(config: Config, actors: int) -> Config:
    """*config* for one of so many workers on a machine: its part of the decoding processes."""
    workers = max(1, config.imaging.worker_limit // actors)
    return replace(config, imaging=replace(config.imaging, workers=workers))
