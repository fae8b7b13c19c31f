"""CPU a request of our client, beside httpx on its own pool and plain aiohttp, in one run.

    python scripts/bench_fetch.py [--requests 3000] [--runs 3]

A server of its own process gives tiny files on loopback. Each client fetches all of them, 16 at a
time, hashes the bytes and holds them in a temporary file, as a download must before it is known to
be a picture; the medians of the runs are compared. (Plain aiohttp without the files is shown as
well.) Then 20 hosts that answer after
50 ms are fetched from with 4 requests in flight each, and the wall time is compared with the ideal
schedule. Exit code 0 where all ratios are within their bounds, else 1.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "guard")]

import network_guard  # noqa: E402

network_guard.guard_this_process_and_children()

import aiohttp  # noqa: E402
import httpx  # noqa: E402

from archiver.fetch.client import Client  # noqa: E402
from archiver.fetch.settings import FetchSettings  # noqa: E402
from archiver.files import open_spool, remove_spool  # noqa: E402
from archiver.model import Download  # noqa: E402

IN_FLIGHT = 16
BODY_BYTES = 3000
HOSTS, IN_FLIGHT_PER_HOST, LATENCY_S, FILES_PER_HOST = 20, 4, 0.05, 40
BOUNDS = {"of httpx's own pool": 0.25, "of plain aiohttp": 3.5, "of the ideal schedule": 1.1}

Fetch = Callable[[str], Awaitable[str]]


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


def cpu_s(run: Callable[[list[str]], Awaitable[set[str]]], urls: list[str]) -> float:
    """CPU seconds of this process for one run, after a short one that warms up."""
    asyncio.run(run(urls[:100]))  # type: ignore[arg-type]
    start = time.process_time()
    found = asyncio.run(run(urls))  # type: ignore[arg-type]
    assert found == {hashlib.sha256(bytes(BODY_BYTES)).hexdigest()}
    return time.process_time() - start


def compare_cpu(port: int, requests: int, runs: int) -> dict[str, float]:
    urls = [f"http://127.0.0.1:{port}/0/{n}.png" for n in range(requests)]
    clients = {
        "ours": by_us,
        "httpx": by_httpx,
        "aiohttp": by_aiohttp,
        "aiohttp without files": by_aiohttp_without_files,
    }
    measured: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(runs):
        for name, run in clients.items():
            measured[name].append(cpu_s(run, urls))
    ms = {name: statistics.median(found) / requests * 1000 for name, found in measured.items()}
    print("CPU a request: " + ", ".join(f"{name} {value:.3f} ms" for name, value in ms.items()))
    return {
        "of httpx's own pool": ms["ours"] / ms["httpx"],
        "of plain aiohttp": ms["ours"] / ms["aiohttp"],
    }


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


def compare_schedule(port: int) -> dict[str, float]:
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall_s = asyncio.run(fetch_slow_hosts(port))
    risen_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    ideal_s = FILES_PER_HOST / IN_FLIGHT_PER_HOST * LATENCY_S
    print(
        f"{HOSTS} slow hosts: {wall_s:.2f} s, ideal {ideal_s:.2f} s; peak memory +{risen_mb:.1f} MB"
    )
    return {"of the ideal schedule": wall_s / ideal_s}


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


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    server = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE)
    try:
        port = int(server.stdout.readline())  # type: ignore[union-attr]
        ratios = compare_cpu(port, options.requests, options.runs) | compare_schedule(port)
    finally:
        server.terminate()
        server.wait()
    for name, ratio in ratios.items():
        print(f"{ratio:.2f} × {name} (at most {BOUNDS[name]})")
    return int(any(ratio > BOUNDS[name] for name, ratio in ratios.items()))


if __name__ == "__main__":
    sys.exit(main())
