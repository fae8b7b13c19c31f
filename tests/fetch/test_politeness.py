"""Who may ask whom, and when: what waits behind a gate, and what ends the waiting."""

from __future__ import annotations

import asyncio
import time

import pytest

from archiver.errors import FetchError
from archiver.fetch.politeness import Gates
from archiver.fetch.settings import FetchSettings

URL = "http://img.example.com/a.png"


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


class OneLease:
    """A lease that the test gives and takes."""

    def __init__(self) -> None:
        self._held = asyncio.Event()

    @property
    def is_held(self) -> bool:
        return self._held.is_set()

    async def wait(self) -> None:
        await self._held.wait()

    def give(self) -> None:
        self._held.set()

    def take(self) -> None:
        self._held.clear()


async def test_without_the_lease_no_request_begins() -> None:
    lease = OneLease()
    gate = Gates(FetchSettings(), lease).gate("img.example.com")
    entering = asyncio.create_task(gate.enter(URL))
    await settle()
    assert not entering.done()
    lease.give()
    await asyncio.wait_for(entering, 10)


async def test_a_lease_lost_while_others_were_asked_is_waited_for_again() -> None:
    lease = OneLease()
    lease.give()
    gates = Gates(FetchSettings(in_flight=1), lease)
    other, gate = gates.gate("other.example.com"), gates.gate("img.example.com")
    await other.enter(URL)  # the one common slot
    entering = asyncio.create_task(gate.enter(URL))
    await settle()
    lease.take()
    other.leave()
    await settle()
    assert not entering.done()
    await asyncio.wait_for(gates._all.acquire(), 10)  # it holds no slot while it waits
    gates._all.release()
    lease.give()
    await asyncio.wait_for(entering, 10)


async def test_a_pause_asked_for_meanwhile_is_kept() -> None:
    gates = Gates(FetchSettings(in_flight=1))
    other, gate = gates.gate("other.example.com"), gates.gate("img.example.com")
    await other.enter(URL)
    entering = asyncio.create_task(gate.enter(URL))
    await settle()
    began_s = time.monotonic()
    gate.pause(0.2)
    other.leave()
    await asyncio.wait_for(entering, 10)
    assert time.monotonic() - began_s >= 0.2


async def test_a_request_under_way_elsewhere_takes_its_place() -> None:
    gate = Gates(FetchSettings(in_flight_per_host=1)).gate("img.example.com")
    await gate.take()
    entering = asyncio.create_task(gate.enter(URL))
    await settle()
    assert not entering.done()
    gate.leave()
    await asyncio.wait_for(entering, 10)


@pytest.mark.parametrize(("is_successor", "least_s"), [(False, 0.0), (True, 0.2)])
async def test_a_successor_begins_with_the_pause_of_the_pace(
    is_successor: bool, least_s: float
) -> None:
    """Who is gone may just have asked the host."""
    began_s = time.monotonic()
    gates = Gates(FetchSettings(pace_s=0.2), is_successor=is_successor)
    await asyncio.wait_for(gates.gate("img.example.com").enter(URL), 10)
    assert time.monotonic() - began_s >= least_s


async def test_one_that_gives_up_leaves_its_place() -> None:
    lease = OneLease()
    gate = Gates(FetchSettings(in_flight_per_host=1), lease).gate("img.example.com")
    entering = asyncio.create_task(gate.enter(URL))
    await settle()
    entering.cancel()
    await asyncio.gather(entering, return_exceptions=True)
    lease.give()
    await asyncio.wait_for(gate.enter(URL), 10)


async def test_a_pause_beyond_the_cap_ends_the_waiting() -> None:
    gate = Gates(FetchSettings(retry_after_cap_s=1.0)).gate("img.example.com")
    gate.pause(30.0)
    with pytest.raises(FetchError) as caught:
        await gate.enter(URL)
    assert caught.value.reason == "paused" and 25 < (caught.value.retry_after_s or 0) <= 30
