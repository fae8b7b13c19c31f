"""One worker process, as the archiver sees it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from archiver.errors import PictureError, RunError
from archiver.imaging.protocol import (
    LENGTH_BYTES,
    Answer,
    Contract,
    Task,
    frame,
    make_task,
    open_answer,
    read_length,
)
from archiver.model import Outcome, Picture, Sanitized

WORKER_MODULE = "archiver.imaging.worker"
_START_S = 30.0  # imports take 0.15 s; on a machine in trouble longer
_CLOSE_S = 5.0  # the pipes of a dead process close at once, or somebody else holds them
_PIPE_BYTES = 2**20  # read ahead from the pipe; more only costs memory
# All else stays here, since credentials come in variables of any name.
_PASSED_ON = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR"}

logger = logging.getLogger(__name__)


class WorkerDied(Exception):
    """The process ended, or answered nonsense, in the middle of a task."""


class WorkerProcess:
    """A started worker; one task at a time."""

    def __init__(self, process: asyncio.subprocess.Process, contract: Contract) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._process, self._tasks, self._answers = process, process.stdin, process.stdout
        self._tasks_left = contract.settings.tasks_per_worker
        self._wall_s = contract.settings.worker_wall_s
        self._is_idle = True

    @classmethod
    async def start(cls, contract: Contract, module: str = WORKER_MODULE) -> WorkerProcess:
        """Start a worker and wait until it is ready.

        Raises:
            RunError: it doesn't come up.
        """
        worker = cls(await _spawn(module), contract)
        try:
            async with asyncio.timeout(_START_S):
                worker._tasks.write(frame(contract))
                await worker._read()
        except BaseException as error:
            worker.kill()
            await worker.wait()
            if isinstance(error, WorkerDied | TimeoutError):
                raise RunError(f"no worker for pictures can be started ({error})") from error
            raise
        return worker

    @property
    def id(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_fit(self) -> bool:
        """Whether it can take another task: alive, idle, not worn out."""
        return self._is_idle and self._tasks_left > 0 and self._process.returncode is None

    async def examine(self, path: str, tolerant: bool) -> Picture:
        """Have the file at *path* examined.

        Raises:
            PictureError: the worker's own, or ``unsafe`` with the reason ``time``.
            WorkerDied: it ended or answered nonsense.
        """
        answer = await self._ask(path, make_task(path, tolerant))
        if answer.picture is None:
            raise WorkerDied("an answer is empty")
        return answer.picture

    async def sanitize(self, path: str, marker: str) -> Sanitized:
        """Have the drawing at *path* sanitised; errors as in `examine`."""
        answer = await self._ask(path, make_task(path, marker=marker))
        if answer.sanitized is None:
            raise WorkerDied("an answer is empty")
        return answer.sanitized

    async def _ask(self, path: str, task: Task) -> Answer:
        self._is_idle, self._tasks_left = False, self._tasks_left - 1
        try:
            async with asyncio.timeout(self._wall_s):
                self._tasks.write(frame(task))
                answer = await self._read()
        except TimeoutError as error:
            raise PictureError(path, Outcome.UNSAFE, "time") from error
        except WorkerDied as error:
            if await self.wait() == -signal.SIGXCPU:
                raise PictureError(path, Outcome.UNSAFE, "time") from error
            raise
        self._is_idle = True
        _raise_failure(answer, path)
        return answer

    async def _read(self) -> Answer:
        try:
            length = read_length(await self._answers.readexactly(LENGTH_BYTES))
            return open_answer(await self._answers.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            self.kill()
            raise WorkerDied(str(error)) from error

    def kill(self) -> None:
        """End it at once; a second time does nothing.

        By the system's call: asyncio's own looks for an exit code first, and where it finds one,
        the watcher of children can't any more and makes one up.
        """
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def wait(self) -> int:
        """Its exit code, once it has ended and its pipes are closed; negative for a signal."""
        code = await self._process.wait()
        self._tasks.close()
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self._tasks.wait_closed()
        with suppress(RuntimeError, TimeoutError):  # a task still reads, and meets the end itself
            async with asyncio.timeout(_CLOSE_S):
                await self._answers.read()
        return code


async def _spawn(module: str) -> asyncio.subprocess.Process:
    """A Python process in a session of its own, lest Ctrl-C end it before the picture is done."""
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", module),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=choose_environment(os.environ),
            start_new_session=True,
            limit=_PIPE_BYTES,
        )
    except OSError as error:
        raise RunError(f"no worker for pictures can be started ({error})") from error


def choose_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What a worker gets of *environment*: Python's own variables and a few harmless ones.

    The folder of this package is added, so that a worker finds it however we were started.
    """
    chosen = {
        name: value
        for name, value in environment.items()
        if name in _PASSED_ON or name.startswith("PYTHON")
    }
    root = str(Path(__file__).parents[2])
    folders = [*filter(None, chosen.get("PYTHONPATH", "").split(os.pathsep)), root]
    return chosen | {"PYTHONPATH": os.pathsep.join(folders)}


def _raise_failure(answer: Answer, path: str) -> None:
    if failure := answer.failure:
        if failure.detail:
            logger.error("worker failed outcome=%s detail=%s", failure.outcome, failure.detail)
        raise PictureError(path, failure.outcome, failure.reason, failure.is_transient)
