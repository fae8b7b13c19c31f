"""What a document costs the process that reads documents: read there, or by a task of Ray.

    python scripts/bench_reading.py

Pages as of `bench_find.py`, cut to a size (an image each 1.2 kB); both sides take turns, the least
of several rounds of CPU time counts, that of Ray's threads in this process included. What the task
itself takes, on whatever machine, is not in it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from bench_find import make_page

from archiver.engines.cluster.joining import join_cluster
from archiver.engines.cluster.reading import RemoteReader
from archiver.engines.cluster.tasks import RayTasks
from archiver.formats import ReadingSettings
from archiver.pipeline.ray_settings import RaySettings
from archiver.pipeline.reading import LocalReader, Reader, Unread

ROUNDS, AT_A_TIME = 7, 8
SIZES = (5_000, 10_000, 20_000, 50_000, 100_000, 300_000, 1_000_000)


def make_document(size_bytes: int) -> Unread:
    page = make_page(1)
    body = page[page.index(b"<main>") : page.index(b"</main>")]
    data = (page[: page.index(b"<main>")] + body * (size_bytes // len(body) + 1))[:size_bytes]
    return Unread("a page", data, "html", "https://blog.example/", ReadingSettings())


async def cpu_ms(read: Callable[[Unread], Awaitable[object]], document: Unread) -> float:
    """Milliseconds of CPU of this process for a document."""
    count = max(AT_A_TIME, 1_000_000 // len(document.data) // AT_A_TIME * AT_A_TIME)
    start = time.process_time()
    for _ in range(0, count, AT_A_TIME):
        await asyncio.gather(*(read(document) for _ in range(AT_A_TIME)))
    return (time.process_time() - start) * 1000 / count


async def main() -> None:
    sides: dict[str, Reader] = {
        "here": LocalReader(),
        "task": RemoteReader(RayTasks(), AT_A_TIME, sent_bytes=0),
    }
    for size_bytes in SIZES:
        document = make_document(size_bytes)
        count = len((await sides["here"].read(document)).references)
        best = dict.fromkeys(sides, float("inf"))
        for _ in range(ROUNDS):
            for name, side in sides.items():
                best[name] = min(best[name], await cpu_ms(side.read, document))
        told = " ".join(f"{name} {value:.2f} ms" for name, value in best.items())
        print(f"{size_bytes // 1000} kB, {count} references: {told}", flush=True)


if __name__ == "__main__":
    with join_cluster(RaySettings(), "bench"):
        asyncio.run(main())
