"""Politeness over all workers: a host's gate stands at the worker whose shard the host is of.

That one passes it without asking anybody. Whoever else is led to the host, by a redirect, a proxy
or a web archive, takes a permit from there for each request.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from archiver.engines.cluster.sharding import Reach, Refused, shard_of_host
from archiver.errors import FetchError
from archiver.fetch.politeness import Gate, Gates, HostGate, gate_key
from archiver.fetch.retries import fetch_error
from archiver.fetch.settings import FetchSettings

_SLACK_S = 10.0  # a permit is taken back so long after its request must have ended


class SharedGates:
    """The gates as one process sees them.

    Args:
        shard: of the process; one that looks after no host has none of the gates itself.
        own: the gates of its own hosts.

    Attributes:
        held: the permits it has now: permit → shard it is from, host.
    """

    def __init__(
        self, settings: FetchSettings, shard: int, shards: int, own: Gates, reach: Reach
    ) -> None:
        self._settings, self._shard, self._shards = settings, shard, shards
        self._own, self._reach = own, reach
        self._others: dict[str, RemoteGate] = {}
        self.held: dict[str, tuple[int, str]] = {}
        self._sending: set[asyncio.Task[Any]] = set()

    def gate(self, host: str) -> HostGate:
        """The gate of *host*, wherever it stands."""
        shard = shard_of_host(host, self._settings, self._shards)
        if shard == self._shard:
            return self._own.gate(host)
        key = gate_key(host, self._settings)
        if key not in self._others:
            self._others[key] = RemoteGate(self, shard, host)
        return self._others[key]

    async def call(self, shard: int, method: str, *arguments: Any) -> Any:
        return await self._reach.call(shard, method, *arguments)

    def send(self, shard: int, method: str, *arguments: Any) -> None:
        """Call without waiting for the answer."""
        self._keep(self._reach.call(shard, method, *arguments))

    def _keep(self, call: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(call)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        """Wait for what was sent; a little: who does not answer any more needs not know."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=1.0)
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class RemoteGate:
    """A gate that stands at another worker."""

    gates: SharedGates
    shard: int
    host: str

    def turn(self, url: str) -> RemoteTurn:
        return RemoteTurn(self, url, uuid.uuid4().hex)

    def pause(self, wait_s: float) -> None:
        self.gates.send(self.shard, "pause", self.host, wait_s)

    def note(self, has_answered: bool) -> None:
        self.gates.send(self.shard, "note", self.host, has_answered)


@dataclass(frozen=True, slots=True)
class RemoteTurn:
    """One request's turn at a gate elsewhere."""

    gate: RemoteGate
    url: str
    permit: str

    async def __aenter__(self) -> None:
        gate = self.gate
        gate.gates.held[self.permit] = (gate.shard, gate.host)
        try:
            refused = await gate.gates.call(gate.shard, "enter", gate.host, self.url, self.permit)
        except BaseException:
            self._give_back()
            raise
        if refused is not None:
            gate.gates.held.pop(self.permit, None)
            raise fetch_error(self.url, refused.reason, refused.retry_after_s)

    async def __aexit__(self, *_: object) -> None:
        self._give_back()

    def _give_back(self) -> None:
        self.gate.gates.held.pop(self.permit, None)
        self.gate.gates.send(self.gate.shard, "leave", self.permit)


class Permits:
    """The permits that a worker gave to others; each is a place at one of its own gates."""

    def __init__(self, gates: Gates, settings: FetchSettings) -> None:
        self._gates, self._expiry_s = gates, settings.total_timeout_s + _SLACK_S
        self._given: dict[str, tuple[Gate, asyncio.Task[None]]] = {}

    async def enter(self, host: str, url: str, permit: str) -> Refused | None:
        """Wait for the turn of *permit*; asked twice, it is the same turn."""
        if permit not in self._given:
            gate = self._gates.gate(host)
            self._give(permit, gate, asyncio.create_task(gate.enter(url)))
        _, task = self._given[permit]
        try:
            await asyncio.shield(task)
        except FetchError as error:
            self._given.pop(permit, None)
            return Refused(error.reason, error.retry_after_s)
        return None

    async def adopt(self, host: str, permit: str) -> None:
        """Count a permit that an earlier life of this worker gave."""
        if permit not in self._given:
            gate = self._gates.gate(host)
            self._give(permit, gate, asyncio.create_task(gate.take()))

    def leave(self, permit: str) -> None:
        """Take a permit back; one that is not known, or was taken back before, does nothing."""
        gate, task = self._given.pop(permit, (None, None))
        if gate is None or task is None:
            return
        if not task.done():
            task.cancel()
        elif not task.cancelled() and task.exception() is None:
            gate.leave()

    def _give(self, permit: str, gate: Gate, task: asyncio.Task[None]) -> None:
        self._given[permit] = (gate, task)
        task.add_done_callback(lambda done: self._limit_time(permit, done))

    def _limit_time(self, permit: str, done: asyncio.Task[None]) -> None:
        if not done.cancelled() and done.exception() is None:
            asyncio.get_running_loop().call_later(self._expiry_s, self.leave, permit)
