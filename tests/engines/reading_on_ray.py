"""A program for `test_reading_elsewhere`: tasks of a cluster, and processes that die under them.

Functions of the program that is run travel whole, so the cluster needs none of the tests' modules.

    python reading_on_ray.py FOLDER     prints what came of it, as JSON
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from archiver import __version__
from archiver.engines.cluster.joining import join_cluster
from archiver.engines.cluster.reading import SENT_BYTES, RemoteReader, read_packed
from archiver.engines.cluster.tasks import RayTasks, count_cores
from archiver.errors import RunError
from archiver.formats import ReadingSettings
from archiver.pipeline.ray_settings import RaySettings
from archiver.pipeline.reading import Unread, read_here


def die(folder: str, times: int) -> bytes:
    """Note the try, and be killed if it is one of the first; which try it is."""
    Path(folder, os.urandom(8).hex()).touch()
    tries = len(os.listdir(folder))
    if tries <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return str(tries).encode()


async def try_all(folder: Path) -> dict[str, object]:
    once, always = folder / "once", folder / "always"
    once.mkdir(), always.mkdir()
    data = b'<img src="https://img.example/a.png">'.ljust(SENT_BYTES)
    order, tasks = Unread("a page", data, "html", None, ReadingSettings()), RayTasks()
    (found,) = await RemoteReader(tasks, count_cores()).read(order)
    tried = await tasks.run(die, str(once), 1)
    lost = await tasks.run(die, str(always), 99)
    try:
        await tasks.run(read_packed, order, f"{__version__}x")
        refused = ""
    except RunError as error:
        refused = str(error)
    return {
        "cores": count_cores(),
        "is_same": [found] == list(read_here(order)) and len(found.references) == 1,
        "tried": tried and tried.decode(),
        "lost": lost is None and len(os.listdir(always)),
        "refused": refused,
    }


if __name__ == "__main__":
    with join_cluster(RaySettings(), "reading"):
        print(json.dumps(asyncio.run(try_all(Path(sys.argv[1])))))
