"""The worker process: examines one file after another under limits, until its input ends.

Started by `workers` as ``python -m archiver.imaging.worker``. Imports Pillow and what a picture
needs, no part of the network.
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from archiver.errors import PictureError
from archiver.imaging.examine import examine_file
from archiver.imaging.protocol import LENGTH_BYTES, Answer, Contract, Failure, Task, frame
from archiver.imaging.settings import ImagingSettings
from archiver.model import Outcome, Picture, Sanitized

Examination = Callable[[str, Contract, bool], Picture]
_OPEN_FILES = 64
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS of linux/prctl.h
_DETAIL_CHARS = 2000


def serve(examine: Examination) -> None:
    """Answer tasks from standard input on standard output until the input ends."""
    tasks, answers = _take_pipes()
    contract = msgspec.msgpack.decode(_read_frame(tasks), type=Contract)
    limit_process(contract.settings)
    _send(answers, Answer())
    while body := _read_frame(tasks):
        task = msgspec.msgpack.decode(body, type=Task)
        limit_cpu(contract.settings.worker_cpu_s)
        _send(answers, _answer(examine, task, contract))


def limit_process(settings: ImagingSettings) -> None:
    """Limits for the life of the process: memory, no files written, no core dumps, no setuid."""
    limits = {
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
    }
    if sys.platform == "linux":  # macOS has no limit of the address space
        limits[resource.RLIMIT_AS] = settings.worker_memory_bytes
        ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def limit_cpu(seconds: float) -> None:
    """Let the process live for *seconds* of CPU time from now on; then SIGXCPU ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))


def _examine(path: str, contract: Contract, tolerant: bool) -> Picture:
    return examine_file(path, contract.settings, contract.thumbnails, tolerant)


def _sanitize(path: str, contract: Contract, marker: str) -> Sanitized:
    from archiver.imaging.svg import sanitize_file  # drawings are rare

    return sanitize_file(path, contract.settings, contract.thumbnails, marker)


def _answer(examine: Examination, task: Task, contract: Contract) -> Answer:
    try:
        path = os.fsdecode(task.path)
        if task.marker:
            return Answer(sanitized=_sanitize(path, contract, task.marker))
        return Answer(examine(path, contract, task.tolerant))
    except PictureError as error:
        return Answer(failure=Failure(error.outcome, error.reason, error.is_transient))
    except MemoryError:
        return Answer(failure=Failure(Outcome.UNSAFE, "memory"))
    except Exception:
        detail = traceback.format_exc(limit=-4)[-_DETAIL_CHARS:]
        return Answer(failure=Failure(Outcome.UNSAFE, "worker", detail=detail))


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes, moved away from where C libraries print."""
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)
    return tasks, answers


def _read_frame(pipe: BinaryIO) -> bytes:
    """The body of the next frame; b"" when the other side is gone."""
    head = pipe.read(LENGTH_BYTES)
    return pipe.read(int.from_bytes(head, "big")) if len(head) == LENGTH_BYTES else b""


def _send(pipe: BinaryIO, answer: Answer) -> None:
    pipe.write(frame(answer))
    pipe.flush()


if __name__ == "__main__":
    try:
        serve(_examine)
    except BrokenPipeError:  # the archiver is gone
        sys.exit(1)
