"""CPU a request of our client, beside httpx on its own pool and plain aiohttp, in one run.

A server of its own process gives tiny files on loopback. Each client fetches all of them, 16 at a
time, hashes the bytes and holds them in a temporary file, as a download must before it is known to
be a picture; plain aiohttp without the files is shown as well. Then 20 hosts that answer after
50 ms are fetched from with 4 requests in flight each; their wall time is compared with the ideal
schedule's.
"""

from __future__ import annotations

import asyncio
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import httpx

from archiver.fetch.client import Client
from archiver.fetch.settings import FetchSettings
from archiver.files import open_spool, remove_spool
from archiver.model import Download

IN_FLIGHT = 16
BODY_BYTES = 3000
HOSTS, IN_FLIGHT_PER_HOST, LATENCY_S, FILES_PER_HOST = 20, 4, 0.05, 40
HTTPX_AIM, AIOHTTP_AIM, SCHEDULE_AIM = 0.25, 3.5, 1.1

Fetch = Callable[[str], Awaitable[str]]
Run = Callable[[list[str]], Coroutine[None, None, set[str]]]


async def run_all(fetch: Fetch, urls: list[str], in_flight: int) -> set[str]:
    """Fetch *urls*, so many at a time; the digests."""
    left, found = iter(urls), set()

    async def work() -> None:
        for url in left:
            found.add(await fetch(url))

    await asyncio.gather(*(work() for _ in range(in_flight)))
    return found


async def by_aiohttp(urls: list[str]) -> set[str]:
    with tempfile.TemporaryDirectory() as spool:
        async with aiohttp.ClientSession() as session:

            async def fetch(url: str) -> str:
                async with session.get(url) as response:
                    return save_and_hash(await response.read(), spool)

            return await run_all(fetch, urls, IN_FLIGHT)


async def by_aiohttp_without_files(urls: list[str]) -> set[str]:
    async with aiohttp.ClientSession() as session:

        async def fetch(url: str) -> str:
            async with session.get(url) as response:
                return hashlib.sha256(await response.read()).hexdigest()

        return await run_all(fetch, urls, IN_FLIGHT)


async def by_httpx(urls: list[str]) -> set[str]:
    with tempfile.TemporaryDirectory() as spool:
        async with httpx.AsyncClient(trust_env=False) as session:

            async def fetch(url: str) -> str:
                return save_and_hash((await session.get(url)).content, spool)

            return await run_all(fetch, urls, IN_FLIGHT)


def save_and_hash(data: bytes, spool: str) -> str:
    file = open_spool(spool)
    file.write(data)
    file.close()
    digest = hashlib.sha256(data).hexdigest()
    remove_spool(file.path)
    return digest


async def by_us(urls: list[str]) -> set[str]:
    port = int(urls[0].split(":")[2].partition("/")[0])
    settings = FetchSettings(allow_networks=(f"127.0.0.1/32:{port}",), in_flight_per_host=IN_FLIGHT)
    with tempfile.TemporaryDirectory() as spool:
        async with Client(settings, spool) as client:

            async def fetch(url: str) -> str:
                return await client.fetch(url, check=digest_of)

            return await run_all(fetch, urls, IN_FLIGHT)


async def digest_of(download: Download) -> str:
    return download.sha256


def run(folder: Path, rounds: int, requests: int = 3000) -> list[str]:
    """Both comparisons, as lines of Markdown.

    The best of *rounds* counts: other work on the machine only ever adds to CPU time.
    """
    with serve_files() as port:
        cpu_ms = {
            name: min(found) / requests * 1000
            for name, found in measure_cpu(port, requests, rounds).items()
        }
        wall_s, risen_mib = measure_schedule(port)
    ideal_s = FILES_PER_HOST / IN_FLIGHT_PER_HOST * LATENCY_S
    ours = cpu_ms["archiver"]
    return [
        "",
        f"{requests} files of {BODY_BYTES} bytes, {IN_FLIGHT} in flight:",
        "",
        "| | CPU ms a request | archiver's as a multiple |",
        "| --- | --- | --- |",
        *(f"| {name} | {ms:.3f} | {ours / ms:.2f} |" for name, ms in cpu_ms.items()),
        "",
        f"Aims: at most {HTTPX_AIM} × httpx on its own pool, {AIOHTTP_AIM} × plain aiohttp.",
        "",
        f"{HOSTS} hosts that answer after {LATENCY_S * 1000:.0f} ms, {IN_FLIGHT_PER_HOST} requests "
        f"in flight each, {HOSTS * FILES_PER_HOST} files: {wall_s:.2f} s, {wall_s / ideal_s:.2f} × "
        f"the ideal schedule (aim: {SCHEDULE_AIM}); peak memory rose by {risen_mib:.1f} MiB.",
    ]


def measure_cpu(port: int, requests: int, rounds: int) -> dict[str, list[float]]:
    """Client → CPU seconds of each round; the clients take turns."""
    urls = [f"http://127.0.0.1:{port}/0/{n}.png" for n in range(requests)]
    clients: dict[str, Run] = {
        "archiver": by_us,
        "httpx": by_httpx,
        "aiohttp": by_aiohttp,
        "aiohttp without files": by_aiohttp_without_files,
    }
    costs: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(rounds):
        for name, client in clients.items():
            costs[name].append(cpu_s(client, urls))
    return costs


def cpu_s(client: Run, urls: list[str]) -> float:
    """CPU seconds of this process for one round, after a short one that warms up."""
    asyncio.run(client(urls[:100]))
    start = time.process_time()
    found = asyncio.run(client(urls))
    spent_s = time.process_time() - start
    if found != {hashlib.sha256(bytes(BODY_BYTES)).hexdigest()}:
        raise RuntimeError("a client got other bytes")
    return spent_s


async def fetch_slow_hosts(port: int) -> float:
    """Wall seconds for the files of hosts that answer late."""
    urls = [f"http://h{h}.example/50/{n}" for n in range(FILES_PER_HOST) for h in range(HOSTS)]
    settings = FetchSettings(
        connect_to=(f"::127.0.0.1:{port}",),
        in_flight=HOSTS * IN_FLIGHT_PER_HOST,
        in_flight_per_host=IN_FLIGHT_PER_HOST,
    )
    with tempfile.TemporaryDirectory() as spool:
        async with Client(settings, spool) as client:
            start = time.monotonic()
            await asyncio.gather(*(client.fetch(url, check=digest_of) for url in urls))
            return time.monotonic() - start


def measure_schedule(port: int) -> tuple[float, float]:
    """Wall seconds for the slow hosts, and the MiB by which peak memory rose."""
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall_s = asyncio.run(fetch_slow_hosts(port))
    return wall_s, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) / 1024


class Files(asyncio.Protocol):
    """Answers every GET with the same bytes, after as many ms as the path begins with."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._seen = transport, b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        while b"\r\n\r\n" in self._seen:
            head, _, self._seen = self._seen.partition(b"\r\n\r\n")
            wait_ms = int(head.split(b"/", 2)[1])
            loop = asyncio.get_running_loop()
            loop.call_later(wait_ms / 1000, self._answer) if wait_ms else self._answer()

    def _answer(self) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {BODY_BYTES}\r\n\r\n"
        self._transport.write(head.encode() + bytes(BODY_BYTES))  # type: ignore[attr-defined]


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Files, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def serve_files() -> Iterator[int]:
    """The port of a server in a process of its own."""
    server = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    asyncio.run(serve())
