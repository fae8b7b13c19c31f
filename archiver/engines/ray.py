"""Images fetched by workers on a cluster (Ray), one actor for each shard of the hosts, on whatever
machine, and one that grants them leases; references of large documents found by tasks.

All else of a document stays in this process, with the pipeline of the engine `local`; only
`Images`' source and the `Reader` are others. What a worker has is in its journal before it answers,
so whatever dies, the next run goes on from the journals. docs/scale.md says what for, and what not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

from archiver import wiring
from archiver.config import Config
from archiver.context import RunContext
from archiver.engines.cluster.actors import open_cluster
from archiver.engines.cluster.gates import SharedGates
from archiver.engines.cluster.reading import make_reader
from archiver.engines.cluster.remote import RemoteObtainer
from archiver.engines.cluster.sharding import NOBODY
from archiver.engines.cluster.tasks import RayTasks, count_cores
from archiver.engines.local import Task, work_through
from archiver.fetch.politeness import Gates
from archiver.journal import new_run_id
from archiver.model import DocumentResult
from archiver.pipeline.obtaining import Obtainer


@asynccontextmanager
async def open_parts(run: RunContext) -> AsyncIterator[wiring.Parts]:
    """As `Engine.open_parts`."""
    run_id, network = new_run_id(), run.config.network
    async with open_cluster(run.config, run.places, run_id) as cluster:
        gates = SharedGates(network, NOBODY, cluster.shards, Gates(network), cluster)
        reader = make_reader(RayTasks(), count_cores())
        remotes: list[RemoteObtainer] = []

        def use_cluster(local: Obtainer) -> Obtainer:
            remotes.append(RemoteObtainer(local, cluster, run.catalog, network, cluster.shards))
            return remotes[0]

        async with wiring.open_parts(run, run_id, gates, use_cluster, reader) as parts:
            try:
                yield replace(parts, other_requests=lambda: remotes[0].requests_sent)
            finally:
                await gates.close()


async def archive_all(
    tasks: Iterable[Task],
    archive: Callable[[Task], Awaitable[DocumentResult]],
    on_document: Callable[[DocumentResult], None],
    config: Config,
) -> None:
    """As `Engine.archive_all`."""
    await work_through(tasks, archive, on_document, config.ray.window)
