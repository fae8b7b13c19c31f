"""A worker: gets the images of its share of the hosts into the store, and notes them.

It makes its own parts from the configuration. Downloads, decoded pictures and thumbnails stay on
its machine: thumbnails are made by its own worker processes, in the visit that verifies the
picture, for a task elsewhere would have to read the blob back and decode it again, without the
limits that keep a picture from doing harm.
"""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from contextlib import AsyncExitStack
from dataclasses import replace

from archiver import files
from archiver.catalog import HostFact
from archiver.engines.cluster.gates import Permits, SharedGates
from archiver.engines.cluster.lease import Holder, Permission
from archiver.engines.cluster.notes import Notes
from archiver.engines.cluster.sharding import (
    Reach,
    Refused,
    Reply,
    Setup,
    check_version,
    journal_name,
    spool_name,
)
from archiver.errors import RunError
from archiver.fetch.politeness import Gates
from archiver.journal import Fact
from archiver.journal.lines import decode, encode
from archiver.model import ImageRecord
from archiver.pipeline.drawing import is_drawing
from archiver.pipeline.obtaining import Obtained
from archiver.pipeline.records import now_text
from archiver.pipeline.state import read_earlier
from archiver.pipeline.wanted import Wanted
from archiver.tools import Obtaining, open_obtaining

logger = logging.getLogger(__name__)

_ASK_S = 5.0  # for the permits that peers hold; who is gone holds none
CONCURRENCY = 2000  # calls under way; those for permits and leases are among them


class Shard:
    """The worker of one shard. Every call may come twice.

    Args:
        is_successor: an earlier life of the worker is gone.
    """

    def __init__(self, setup: Setup, reach: Reach, is_successor: bool) -> None:
        self._setup, self._reach, self._is_successor = setup, reach, is_successor
        self.life = uuid.uuid4().hex[:8]
        self._stack = AsyncExitStack()
        self._opening: asyncio.Task[None] | None = None
        self._under_way: dict[str, asyncio.Task[Obtained]] = {}

    async def ready(self) -> str:
        """Return when it can work; which life of the worker it is.

        Raises:
            RunError: it cannot, on this machine.
        """
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        await asyncio.shield(self._opening)
        return self.life

    async def obtain(self, wanted: Wanted, line: bytes, facts: tuple[HostFact, ...]) -> Reply:
        """As `Obtainer.obtain`, then durable in store and journal.

        Args:
            line: the record of an earlier run; b"" for none.
            facts: what earlier runs learnt of its host.
        """
        await self.ready()
        self._notes.tell(facts)
        task = self._under_way.get(wanted.url)
        if task is None:
            known = self._notes.find_image(wanted.url)
            if known is not None:  # the answer to an earlier call got lost with a worker
                return self._reply(Obtained(known, is_noted=True))
            task = asyncio.create_task(self._obtain(wanted, _read(line)))
            self._under_way[wanted.url] = task
            task.add_done_callback(lambda _: self._under_way.pop(wanted.url, None))
        return self._reply(await asyncio.shield(task))

    async def render_again(self, line: bytes) -> Reply:
        """As `Obtainer.render_again`, then durable in store and journal."""
        await self.ready()
        known = decode(line)
        assert isinstance(known, ImageRecord)
        return self._reply(await self._keep(await self._parts.obtainer.render_again(known)))

    async def enter(self, host: str, url: str, permit: str) -> Refused | None:
        """See `Permits.enter`."""
        await self.ready()
        return await self._permits.enter(host, url, permit)

    async def leave(self, permit: str) -> None:
        """See `Permits.leave`."""
        await self.ready()
        self._permits.leave(permit)

    async def pause(self, host: str, wait_s: float) -> None:
        """A host of this shard asked somebody to wait."""
        await self.ready()
        self._own.gate(host).pause(wait_s)

    async def note(self, host: str, has_answered: bool) -> None:
        """What tells whether a host of this shard is there at all."""
        await self.ready()
        self._own.gate(host).note(has_answered)

    async def held_permits(self, shard: int) -> tuple[tuple[str, str], ...]:
        """Host and permit of what this worker holds of *shard*; asked by its successor."""
        if self._opening is None or not self._opening.done():
            return ()
        held = self._gates.held.items()
        return tuple((host, permit) for permit, (of, host) in held if of == shard)

    async def close(self) -> None:
        """End what is under way and close all; the run is over."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._stack.aclose()
        spools = os.path.join(self._setup.places.state, "tmp")  # perhaps of this machine alone
        files.remove_spools(spools, spool_name(self._setup.shard))

    async def _open(self) -> None:
        setup = self._setup
        places, network = setup.places, setup.config.network
        await asyncio.to_thread(_check_machine, setup)
        spool = os.path.join(places.state, "tmp", spool_name(setup.shard))
        self._notes = self._stack.enter_context(Notes(spool))
        earlier = await asyncio.to_thread(_list_earlier, setup)
        self._notes.take_in(earlier)
        is_successor = self._is_successor or bool(earlier)
        lease = await self._stack.enter_async_context(Holder(self._reach, setup.shard, self.life))
        permission = Permission(lease, self._backlog)
        self._own = Gates(network, permission, is_successor)
        self._gates = SharedGates(network, setup.shard, setup.shards, self._own, self._reach)
        self._permits = Permits(self._own, network)
        if is_successor:
            await self._adopt_permits()
        run_id = journal_name(setup.run_id, setup.shard, self.life)
        parts = open_obtaining(setup.config, places, self._notes, run_id, spool, self._gates)
        self._parts: Obtaining = await self._stack.enter_async_context(parts)
        self._stack.push_async_callback(self._gates.close)

    def _backlog(self) -> int:
        return self._parts.examiner.backlog

    async def _adopt_permits(self) -> None:
        own, shards = self._setup.shard, self._setup.shards
        calls = (
            asyncio.wait_for(self._reach.call(peer, "held_permits", own), _ASK_S)
            for peer in range(shards)
            if peer != own
        )
        for held in await asyncio.gather(*calls, return_exceptions=True):
            for host, permit in held if isinstance(held, tuple) else ():
                await self._permits.adopt(host, permit)

    async def _obtain(self, wanted: Wanted, known: ImageRecord | None) -> Obtained:
        return await self._keep(await self._parts.obtainer.obtain(wanted, known))

    async def _keep(self, obtained: Obtained) -> Obtained:
        """Make it durable, blobs first; those that wait together share one wait for the disk.

        A drawing is not finished yet, so whoever asked for it notes it.
        """
        is_noted = not is_drawing(obtained.record)
        own = (obtained.record,) if is_noted else ()
        for record in (*own, *obtained.others):
            self._parts.journal.append_image(record)
            self._notes.add_image(record)  # at once: it may turn out to be suspect meanwhile
        await self._parts.barrier.pass_through()
        if not is_noted:
            return replace(obtained, is_noted=False)
        newest = self._notes.find_image(obtained.record.url)
        return Obtained(newest or obtained.record, obtained.others, is_noted=True)

    def _reply(self, obtained: Obtained) -> Reply:
        record = obtained.record
        return Reply(
            encode(record, record.when or now_text()),
            tuple(encode(other, other.when) for other in obtained.others),
            obtained.is_noted,
            self._notes.take_learnt(),
            self.life,
            self._parts.client.requests_sent,
        )


def _list_earlier(setup: Setup) -> list[Fact]:
    """What workers before this one noted of the shard, wherever they were."""
    own = journal_name(setup.run_id, setup.shard)
    return list(read_earlier(setup.places, setup.run_id, own))


def _read(line: bytes) -> ImageRecord | None:
    record = decode(line) if line else None
    return record if isinstance(record, ImageRecord) else None


def _check_machine(setup: Setup) -> None:
    """Refuse a machine that would do other work than the one the run began on; with archive and
    state on an object store it needs nothing of its own.

    Raises:
        RunError: it has another version of the program, or not the same folder.
    """
    machine = os.uname().nodename
    check_version(setup.version)
    if setup.places.archive_url and setup.places.state_url:
        files.make_state_folder(setup.places.state)
    elif not os.path.exists(setup.mark or setup.places.state):
        there = os.path.exists(setup.places.state)
        what = "not the folder of the machine that began the run" if there else "not there"
        needs = "the same shared file system, or archive and state on an object store"
        raise RunError(f"{machine}: {setup.places.state}: {what}; all nodes need {needs}")
