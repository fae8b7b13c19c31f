"""Workers for pictures that are forked from the process that wants one.

A new interpreter costs more than most pictures of tests, and hundreds are started. What a worker
does stays the same, and so do its limits and its protocol. The tests of workers start real ones.
"""

from __future__ import annotations

import os
import resource
import sys
from asyncio import create_subprocess_exec, subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from archiver.imaging import process, worker
from archiver.imaging.settings import ImagingSettings

_limit = worker.limit_process
_OPEN_FILES = 4096  # more than anybody here has


def fork_workers() -> None:
    """Have this process fork its workers from now on, where a process of threads can be forked."""
    if sys.platform != "linux":
        return
    process.asyncio.create_subprocess_exec = _start  # type: ignore[attr-defined]


def start_workers() -> None:
    """Have it start them, as a user's does."""
    process.asyncio.create_subprocess_exec = create_subprocess_exec  # type: ignore[attr-defined]


async def _start(*words: str, **options: Any) -> subprocess.Process:
    is_worker = words[-1] == process.WORKER_MODULE
    work = _be_worker if is_worker else None
    return await create_subprocess_exec(*words, **options, preexec_fn=work)


def _be_worker() -> None:
    """What is done between fork and exec, which is not reached."""
    os.closerange(3, _OPEN_FILES)  # among them the one that tells our parent that we are there
    environment = process.choose_environment(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    worker.limit_process = _limit_more
    try:
        worker.serve(worker._examine)
    finally:
        os._exit(0)


def _limit_more(settings: ImagingSettings) -> None:
    """The limit of memory is one of what it takes, not of what it has from its parent."""
    pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    limit = settings.worker_memory_bytes + pages * resource.getpagesize()
    _limit(replace(settings, worker_memory_bytes=limit))
