"""Our store of objects beside the library's own puts: objects a second, in turns, on one server.

The server is Ceph's gateway in memory on this machine and takes most of the CPU; compared is what
we add: a spooled file read and removed, the path, headers, checksum, condition, threads.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import obstore
from obstore.store import from_url

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from bench_measure import BenchError
from s3_servers import VARIABLE, ceph_root, ceph_server

from archiver import files
from archiver.storage.opening import open_store
from archiver.storage.settings import ObjectSettings

COUNT, SIZE_BYTES = 1000, 20_000
LEAST = 0.5  # of the library's own


def run(folder: Path, rounds: int) -> list[str]:
    """Measure in *folder*; the table's lines."""
    root = ceph_root()
    if root is None:
        raise BenchError(f"{VARIABLE} names no folder for Ceph's packages")
    with ceph_server(root) as server:
        os.environ.update(server.environment)
        rates = [
            _measure(server.new_url(), folder / str(number), number % 2 == 1)
            for number in range(rounds)
        ]
    theirs, ours = (statistics.median(each) for each in zip(*rates, strict=True))
    return [
        "",
        f"| {COUNT:,} objects of {SIZE_BYTES:,} bytes | a second | of obstore's (at least) |",
        "| --- | --- | --- |",
        f"| obstore.put_async | {theirs:,.0f} | |",
        f"| our store | {ours:,.0f} | {ours / theirs:.2f} ({LEAST}) |",
    ]


def _measure(url: str, folder: Path, is_ours_first: bool) -> tuple[float, float]:
    """Objects a second: the library's, ours."""
    source = random.Random(url)
    blobs = [source.randbytes(SIZE_BYTES) for _ in range(COUNT)]
    turns = [
        lambda: asyncio.run(_put_theirs(url, blobs)),
        lambda: _put_ours(url, folder, blobs),
    ]
    rates = [turn() for turn in (reversed(turns) if is_ours_first else turns)]
    theirs, ours = reversed(rates) if is_ours_first else rates
    return theirs, ours


async def _put_theirs(url: str, blobs: Sequence[bytes]) -> float:
    """Without condition, headers and checksum, in one thread, so many at a time as ours."""
    store = from_url(url, client_options={"allow_http": True})
    gate = asyncio.Semaphore(ObjectSettings().threads)

    async def put(number: int) -> None:
        async with gate:
            await obstore.put_async(store, f"theirs/{number}", blobs[number])

    await put(0)  # connected
    start_s = time.perf_counter()
    await asyncio.gather(*map(put, range(len(blobs))))
    return len(blobs) / (time.perf_counter() - start_s)


def _put_ours(url: str, folder: Path, blobs: Sequence[bytes]) -> float:
    settings = ObjectSettings()
    store = open_store("", url, str(folder), settings)
    work = [(_spool(blob, str(folder)), hashlib.sha256(blob).hexdigest(), ".jpg") for blob in blobs]
    with ThreadPoolExecutor(settings.threads) as pool:
        start_s = time.perf_counter()
        for done in [pool.submit(store.put, *each) for each in work]:
            done.result()
        return len(blobs) / (time.perf_counter() - start_s)


def _spool(data: bytes, folder: str) -> str:
    spool = files.open_spool(folder)
    spool.write(data)
    spool.close()
    return spool.path
