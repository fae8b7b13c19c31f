"""The workers of a cluster in one process: whose host is whose, one life after another."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from paced_origin import PacedOrigin

import archiver
from archiver import files
from archiver.catalog import HostFact
from archiver.config import Config
from archiver.engines.cluster.gates import SharedGates
from archiver.engines.cluster.lease import LEASE_S, Holder, Limiter, Permission
from archiver.engines.cluster.shard import Shard
from archiver.engines.cluster.sharding import (
    LIMITER,
    NOBODY,
    Reply,
    Setup,
    shard_of_host,
    shard_of_url,
)
from archiver.errors import FetchError, RunError
from archiver.fetch.politeness import Gates
from archiver.fetch.settings import FetchSettings, HostSettings
from archiver.journal import read_facts
from archiver.journal.lines import decode
from archiver.model import ImageRecord
from archiver.pipeline.places import Places
from archiver.pipeline.wanted import Wanted

RUN = "20260102T030405Z-00000abc"
SHARDS = 3


class Cluster:
    """`Reach` over objects of this process; a dead one answers when its successor is there."""

    def __init__(self, config: Config, folder: Path) -> None:
        self.places = Places.of(str(folder), "archive", ".archiver")
        self.config, self.limiter, self.mark = config, Limiter(), ""
        self.shards: dict[int, Shard] = {}
        self.calls: list[tuple[int, str]] = []
        self._begun: set[int] = set()
        self._changed = asyncio.Condition()

    async def call(self, address: int, method: str, *arguments: Any) -> Any:
        self.calls.append((address, method))
        if address == LIMITER:
            return await getattr(self.limiter, method)(*arguments)
        async with self._changed:
            await self._changed.wait_for(lambda: address in self.shards)
        return await getattr(self.shards[address], method)(*arguments)

    async def start(self, number: int, version: str = archiver.__version__) -> Shard:
        setup = Setup(self.config, self.places, RUN, number, SHARDS, version, self.mark)
        self.shards[number] = Shard(setup, self, is_successor=number in self._begun)
        self._begun.add(number)
        async with self._changed:
            self._changed.notify_all()
        return self.shards[number]

    async def obtain(self, url: str, facts: tuple[HostFact, ...] = ()) -> Reply:
        wanted = Wanted(url, {}, None, b"")
        shard = shard_of_url(url, self.config.network, SHARDS)
        reply = await self.call(shard, "obtain", wanted, b"", facts)
        assert isinstance(reply, Reply)
        return reply


@pytest.fixture
def origin() -> Iterator[PacedOrigin]:
    with PacedOrigin() as server:
        yield server


def make_config(origin: PacedOrigin, **network: object) -> Config:
    table = {"connect_to": [f"::127.0.0.1:{origin.port}"], "tries": 1} | network
    return Config.from_dict({"network": table})


@asynccontextmanager
async def running(config: Config, folder: Path) -> AsyncIterator[Cluster]:
    cluster = Cluster(config, folder)
    files.make_state_folder(cluster.places.state)
    for number in range(SHARDS):
        await cluster.start(number)
    try:
        yield cluster
    finally:
        for shard in cluster.shards.values():
            await shard.close()


def host_of_shard(shard: int, other_than: str = "") -> str:
    names = (f"img{n}.example.com" for n in range(100))
    settings = FetchSettings()
    return next(n for n in names if shard_of_host(n, settings, SHARDS) == shard and n != other_than)


def record_of(reply: Reply) -> ImageRecord:
    found = decode(reply.line)
    assert isinstance(found, ImageRecord)
    return found


def notes(cluster: Cluster) -> list[str]:
    """The URLs in the journals of all shards."""
    found = read_facts(os.path.join(cluster.places.state, "journal"))
    return [fact.url for _, fact in found if isinstance(fact, ImageRecord)]


async def test_a_worker_leaves_no_folder(origin: PacedOrigin, tmp_path: Path) -> None:
    """Its machine may have nobody else who would remove it."""
    async with running(make_config(origin), tmp_path) as cluster:
        await cluster.obtain("http://img1.example.com/1.png")
        spools = Path(cluster.places.state, "tmp")
        assert [path.name[:6] for path in spools.iterdir()] == ["shard-"]
    assert list(spools.iterdir()) == []


async def test_what_is_answered_is_noted_before(origin: PacedOrigin, tmp_path: Path) -> None:
    async with running(make_config(origin), tmp_path) as cluster:
        urls = [f"http://{host_of_shard(n % SHARDS)}/{n}.png" for n in range(6)]
        for url in urls:
            reply = await cluster.obtain(url)
            assert (tmp_path / record_of(reply).path).read_bytes() == origin.picture(url)
            assert url in notes(cluster)
        assert {name[:31] for name in os.listdir(tmp_path / ".archiver" / "journal")} == {
            f"{RUN}-000{n}-"[:31] for n in range(SHARDS)
        }


async def test_a_call_that_comes_twice_asks_once(origin: PacedOrigin, tmp_path: Path) -> None:
    url = f"http://{host_of_shard(1)}/1.png"
    async with running(make_config(origin), tmp_path) as cluster:
        replies = await asyncio.gather(*(cluster.obtain(url) for _ in range(3)))
        replies.append(await cluster.obtain(url))
        assert len({reply.line for reply in replies}) == 1
    assert origin.counts() == {url: 1}


async def test_a_successor_asks_for_nothing_that_is_noted(
    origin: PacedOrigin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.engines.cluster.lease.LEASE_S", 0.3)
    urls = [f"http://{host_of_shard(1)}/{n}.png" for n in range(4)]
    async with running(make_config(origin), tmp_path) as cluster:
        for url in urls[:3]:
            await cluster.obtain(url)
        await cluster.shards.pop(1).close()
        waiting = asyncio.create_task(cluster.obtain(urls[3]))  # nobody answers now
        await cluster.start(1)
        for url in urls[:3]:
            assert record_of(await cluster.obtain(url)).outcome.is_had
        assert record_of(await waiting).outcome.is_had
    assert origin.counts() == dict.fromkeys(urls, 1)


async def test_hosts_left_for_others_are_asked_with_a_permit(
    origin: PacedOrigin, tmp_path: Path
) -> None:
    """Redirects from hosts of two shards to one host of the third, whose own pictures count too."""
    target = host_of_shard(2)
    config = make_config(origin, in_flight_per_host=1, pace_s=0.05)
    async with running(config, tmp_path) as cluster:
        urls = [f"http://{host_of_shard(n % 2)}/to/{target}/{n}.png" for n in range(6)]
        own = [f"http://{target}/1{n}.png" for n in range(6)]
        replies = await asyncio.gather(*(cluster.obtain(url) for url in urls + own))
        assert all(record_of(reply).outcome.is_had for reply in replies)
        assert [call for call in cluster.calls if call == (2, "enter")] == [(2, "enter")] * 6
        await asyncio.sleep(0.05)
        assert cluster.calls.count((2, "leave")) == 6
    assert origin.most_in_flight()[target] == 1
    assert origin.most_lateness(0.05)[target] < 0.2


async def test_a_successor_counts_the_permits_that_others_hold(
    origin: PacedOrigin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.engines.cluster.lease.LEASE_S", 0.2)
    target = host_of_shard(2)
    async with running(make_config(origin, in_flight_per_host=1), tmp_path) as cluster:
        await cluster.call(0, "ready")
        gate = cluster.shards[0]._gates.gate(target)
        async with gate.turn("http://x/"):
            await cluster.shards.pop(2).close()
            await cluster.start(2)
            waiting = asyncio.create_task(cluster.obtain(f"http://{target}/1.png"))
            await asyncio.sleep(0.6)
            assert not waiting.done()
            assert origin.counts() == {}
        assert record_of(await waiting).outcome.is_had


async def test_a_permit_is_refused_as_the_gate_says(origin: PacedOrigin, tmp_path: Path) -> None:
    target = host_of_shard(2)
    async with running(make_config(origin, retry_after_cap_s=1.0), tmp_path) as cluster:
        network = cluster.config.network
        gates = SharedGates(network, NOBODY, SHARDS, Gates(network), cluster)
        gates.gate(target).pause(60.0)
        await gates.close()
        with pytest.raises(FetchError) as caught:
            async with gates.gate(target).turn("http://x/"):
                raise AssertionError("not reached")
        assert caught.value.reason == "paused"
        assert caught.value.retry_after_s == pytest.approx(60.0, abs=5)
        assert gates.held == {}


async def test_who_gives_up_waiting_leaves_the_row(origin: PacedOrigin, tmp_path: Path) -> None:
    target = host_of_shard(2)
    async with running(make_config(origin, in_flight_per_host=1), tmp_path) as cluster:
        network = cluster.config.network
        gates = SharedGates(network, NOBODY, SHARDS, Gates(network), cluster)
        async with gates.gate(target).turn("http://x/"):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1), gates.gate(target).turn("http://y/"):
                    raise AssertionError("not reached")
        await gates.close()
        async with asyncio.timeout(5), gates.gate(target).turn("http://z/"):
            assert len(gates.held) == 1
        await gates.close()


async def test_what_is_learnt_of_a_host_travels(origin: PacedOrigin, tmp_path: Path) -> None:
    host = host_of_shard(1)
    facts = (HostFact(host, "", "referer", "origin", "2999-01-01T00:00:00Z"),)
    async with running(make_config(origin), tmp_path) as cluster:
        reply = await cluster.obtain(f"http://{host}/1.png", facts)
        assert ("referer", "none") in {(fact.fact, fact.value) for fact in reply.facts}


async def test_another_version_or_another_folder_is_refused(
    origin: PacedOrigin, tmp_path: Path
) -> None:
    cluster = Cluster(make_config(origin), tmp_path)
    with pytest.raises(RunError, match=r"has archiver .*, not 9\.9; all nodes need"):
        await (await cluster.start(0, "9.9")).ready()
    files.make_state_folder(cluster.places.state)
    cluster.mark = str(tmp_path / "of another machine")
    with pytest.raises(
        RunError, match="not the folder of the machine that began the run; all nodes"
    ):
        await (await cluster.start(0)).ready()


LEASES = {
    "the first has it at once": ([(0.0, "a")], [LEASE_S]),
    "its holder renews it": ([(0.0, "a"), (4.0, "a")], [LEASE_S, LEASE_S]),
    "another waits for its end": ([(0.0, "a"), (2.0, "b")], [LEASE_S, 2.0 - LEASE_S]),
    "another has it then": ([(0.0, "a"), (LEASE_S, "b")], [LEASE_S, LEASE_S]),
    "the old one is late": (
        [(0.0, "a"), (LEASE_S, "b"), (LEASE_S + 1, "a")],
        [LEASE_S, LEASE_S, 1 - LEASE_S],
    ),
}


@pytest.mark.parametrize(("asked", "given"), LEASES.values(), ids=LEASES.keys())
async def test_leases(asked: list[tuple[float, str]], given: list[float]) -> None:
    now = [0.0]
    limiter = Limiter(clock=lambda: now[0])
    for (when, life), seconds in zip(asked, given, strict=True):
        now[0] = when
        assert await limiter.renew(1, life) == pytest.approx(seconds)


async def test_a_new_limiter_waits_for_the_leases_of_the_old_one() -> None:
    now = [100.0]
    limiter = Limiter(is_successor=True, clock=lambda: now[0])
    assert await limiter.renew(1, "a") == pytest.approx(-LEASE_S)
    now[0] += LEASE_S
    assert await limiter.renew(1, "a") == LEASE_S


async def test_a_backlog_holds_requests_back(origin: PacedOrigin, tmp_path: Path) -> None:
    backlog = [3]
    async with running(make_config(origin), tmp_path) as cluster, Holder(cluster, 7, "a") as lease:
        permission = Permission(lease, lambda: backlog[0], most=3)
        await lease.wait()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await permission.wait()
        assert not permission.is_held
        backlog[0] = 2
        async with asyncio.timeout(5):
            await permission.wait()
        assert permission.is_held


def test_hosts_that_share_a_gate_share_a_shard() -> None:
    settings = FetchSettings(hosts=(HostSettings("*.example.com", by_domain=True),))
    found = {shard_of_host(f"img{n}.example.com", settings, 1000) for n in range(50)}
    assert len(found) == 1
    plain = {shard_of_url(f"http://img{n}.example.com/", FetchSettings(), 1000) for n in range(50)}
    assert len(plain) > 40
    assert shard_of_url("http://[bad/", settings, 7) in range(7)
