"""A process with the whole program imported, which forks a child for each run.

Reads a line of JSON for each: arguments of the program, folder, hook, whether pictures are examined
in workers. Answers with the exit code. Every child is the program itself, from its command line. A
run may be made ``here`` as well: what it imports and compiles, the children then have.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from archiver import files, tools
from archiver.catalog import catalog
from archiver.cli import main as cli
from archiver.files import LateWrites, calls
from archiver.imaging.examine import examine_file
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.imaging.svg import sanitize_file
from archiver.model import Picture, Sanitized
from whole_runs.hooks import Fail, Stop
from whole_runs.recording import Recorder

Examiner = tools.Examiner  # where runs take it from


class InProcess:
    """An examiner without workers."""

    def __init__(
        self, settings: ImagingSettings, thumbnails: tuple[ThumbnailSettings, ...]
    ) -> None:
        self._settings, self._thumbnails = settings, thumbnails

    async def __aenter__(self) -> InProcess:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def prepare(self) -> None: ...

    async def examine(self, path: str, tolerant: bool = False) -> Picture:
        return await asyncio.to_thread(
            examine_file, path, self._settings, self._thumbnails, tolerant
        )

    async def sanitize(self, path: str, marker: str) -> Sanitized:
        return await asyncio.to_thread(
            sanitize_file, path, self._settings, self._thumbnails, marker
        )


def main() -> None:
    files.LateWrites = partial(LateWrites, wait_s=0.02)  # type: ignore[misc,assignment]
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(_run(order) if order["here"] else _fork(order)), flush=True)


def _fork(order: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = _run(order)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    if order["kill_after_s"] is not None:
        _kill_after(child, order["kill_after_s"])
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _kill_after(child: int, wait_s: float) -> None:
    """Kill the child, unless it ends before; its workers then end by themselves."""
    deadline_s = time.monotonic() + wait_s
    watch = os.pidfd_open(child)
    try:
        if not select.select([watch], [], [], max(0.0, deadline_s - time.monotonic()))[0]:
            signal.pidfd_send_signal(watch, signal.SIGKILL)
    finally:
        os.close(watch)


def _run(order: dict[str, Any]) -> int:
    os.chdir(order["folder"])
    tools.Examiner = Examiner if order["workers"] else InProcess  # type: ignore[assignment,misc]
    catalog._COMMIT_CHANGES = 1 if order["eager"] else 1000
    calls.hook = _hook(**order["hook"]) if order["hook"] else None
    sys.argv = ["archiver", *order["arguments"]]
    with _printing_to(order["output"]):
        try:
            cli.main()
        except SystemExit as end:
            if isinstance(calls.hook, Recorder):
                calls.hook.save()
            return end.code if isinstance(end.code, int) else int(bool(end.code))


@contextmanager
def _printing_to(path: str) -> Iterator[None]:
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    before = [(fd, os.dup(fd)) for fd in (1, 2)]
    for fd, _ in before:
        os.dup2(out, fd)
    os.close(out)
    try:
        yield
    finally:
        for fd, old in before:
            sys.stdout.flush()
            os.dup2(old, fd)
            os.close(old)


def _hook(kind: str, **arguments: Any) -> calls.Hook:
    return {"stop": Stop, "fail": Fail, "record": Recorder}[kind](**arguments)


if __name__ == "__main__":
    main()
