"""Who may ask whom, and when: requests in flight, pace and pauses of each host."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from archiver.fetch.retries import fetch_error
from archiver.fetch.settings import FetchSettings


class HostGate(Protocol):
    """What a client asks of the gate of a host; the host may be looked after elsewhere."""

    def turn(self, url: str) -> AbstractAsyncContextManager[None]: ...

    def pause(self, wait_s: float) -> None: ...

    def note(self, has_answered: bool) -> None: ...


class Politeness(Protocol):
    """The gates of all hosts: `Gates`, or gates that several machines share."""

    def gate(self, host: str) -> HostGate: ...


class Lease(Protocol):
    """The right to ask hosts at all, for who shares them with other processes.

    Attributes:
        is_held: whether it is now.
    """

    @property
    def is_held(self) -> bool: ...

    async def wait(self) -> None:
        """Return when it is held."""


class Gates:
    """A gate for each host, and one for all.

    A host's waiting requests hold none of the common slots, so a slow or paused host never holds
    the others; the common slots go to whoever has waited longest.

    Args:
        lease: without it no request begins; None: none is needed.
        is_successor: a process that is gone may just have asked any host: the pace counts from
            now.
    """

    def __init__(
        self, settings: FetchSettings, lease: Lease | None = None, is_successor: bool = False
    ) -> None:
        self._settings, self._lease, self._is_successor = settings, lease, is_successor
        self._all = asyncio.Semaphore(settings.in_flight)
        self._gates: dict[str, Gate] = {}

    def gate(self, host: str) -> Gate:
        """The gate of *host*."""
        key = gate_key(host, self._settings)
        if key not in self._gates:
            own = self._settings.host(host)
            in_flight = own.in_flight or self._settings.in_flight_per_host
            pace_s = self._settings.pace_s if own.pace_s is None else own.pace_s
            gate = Gate(self._all, in_flight, pace_s, self._settings, lease=self._lease)
            if self._is_successor:
                gate.pause(min(pace_s, self._settings.retry_after_cap_s))
            self._gates[key] = gate
        return self._gates[key]


def gate_key(host: str, settings: FetchSettings) -> str:
    """What hosts that share a gate have in common."""
    return _registrable_domain(host) if settings.host(host).by_domain else host


class Gate:
    """One host's slots, its pace, and its pause if it asked for one."""

    def __init__(
        self,
        everyone: asyncio.Semaphore,
        in_flight: int,
        pace_s: float,
        settings: FetchSettings,
        clock: Callable[[], float] = time.monotonic,
        lease: Lease | None = None,
    ) -> None:
        self._all, self._slots, self._lease = everyone, asyncio.Semaphore(in_flight), lease
        self._turnstile = asyncio.Lock()
        self._pace_s, self._settings, self._clock = pace_s, settings, clock
        self._next_start_s = self._paused_until_s = 0.0
        self._gone_until_s: float | None = None
        self._failures = 0

    def turn(self, url: str) -> Turn:
        """``async with`` it: wait for a slot, hold it for one request.

        Entering raises `FetchError` where the host is left alone for this run.
        """
        return Turn(self, url)

    async def enter(self, url: str) -> None:
        await self._slots.acquire()
        try:
            await self._pass_turnstile(url)
        except BaseException:
            self._slots.release()
            raise

    async def take(self) -> None:
        """Take the place of a request that is under way already."""
        await self._slots.acquire()
        await self._all.acquire()

    def leave(self) -> None:
        self._all.release()
        self._slots.release()

    def pause(self, wait_s: float) -> None:
        """The host asked all of us to wait; longer than the cap, and it is left for this run."""
        until_s = self._clock() + wait_s
        self._paused_until_s = max(self._paused_until_s, until_s)
        if wait_s > self._settings.retry_after_cap_s:
            self._gone_until_s = max(self._gone_until_s or 0.0, until_s)

    def note(self, has_answered: bool) -> None:
        """Count what tells whether the host is there at all."""
        self._failures = 0 if has_answered else self._failures + 1

    def check(self, url: str) -> None:
        """Raise `FetchError` where the host is left alone for this run."""
        if self._gone_until_s is not None:
            raise fetch_error(url, "paused", max(self._gone_until_s - self._clock(), 0.0))
        if self._failures >= self._settings.host_failures:
            raise fetch_error(url, "host-down")

    async def _pass_turnstile(self, url: str) -> None:
        """Return with one of the common slots taken, when pace and pause are over.

        One of the host at a time, in order of arrival.
        """
        async with self._turnstile:
            while True:
                if self._lease is not None:
                    await self._lease.wait()
                self.check(url)
                wait_s = max(self._next_start_s, self._paused_until_s) - self._clock()
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                    continue
                await self._all.acquire()
                has_lease = self._lease is None or self._lease.is_held
                if has_lease and self._paused_until_s <= self._clock():
                    break
                self._all.release()  # paused, or without a lease, while we waited for the slot
            self._next_start_s = self._clock() + self._pace_s


@dataclass(frozen=True, slots=True)
class Turn:
    """One request's turn at a gate."""

    gate: Gate
    url: str

    async def __aenter__(self) -> None:
        await self.gate.enter(self.url)

    async def __aexit__(self, *_: object) -> None:
        self.gate.leave()


@cache
def _public_suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList  # 10,000 rules; read only where asked for

    return PublicSuffixList()


def _registrable_domain(host: str) -> str:
    """What can be registered below a public suffix: ``img.example.co.uk`` → ``example.co.uk``."""
    return str(_public_suffixes().privatesuffix(host) or host)
