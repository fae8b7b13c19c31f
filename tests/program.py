"""The program as a user runs it: another process, its output and exit code."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

DEADLINE_S = 300  # a safety net, ten times what the slowest call takes


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of the program gave.

    Attributes:
        output: the bytes of `stdout`.
    """

    code: int
    output: bytes
    stdout: str
    stderr: str

    @classmethod
    def of(cls, code: int, output: bytes, errors: bytes) -> Result:
        return cls(code, output, _text(output), _text(errors))


def _text(data: bytes) -> str:
    """Text as `subprocess` reads it."""
    with TextIOWrapper(BytesIO(data), encoding="utf-8", errors="surrogateescape") as stream:
        return stream.read()


def run_archiver(
    *arguments: str | Path,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    text: str | bytes = "",
) -> Result:
    """Run ``python -m archiver`` in *cwd*; the network guard is in its environment.

    The process is forked from one that has all imported, which spares a second each time; where
    *environment* is for Python itself, it is a new one.
    """
    words, more = [str(word) for word in arguments], environment or {}
    given = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    if any(name.startswith("PYTHON") for name in more):
        return _start(words, cwd, os.environ | more, given)
    return _fork(words, cwd, os.environ | more, given)


def run_code(code: str, *arguments: str, cwd: Path) -> Result:
    """Run Python *code*, which tells what it imports, in a process of its own."""
    words = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(words, cwd=cwd, env=unmeasured(), capture_output=True, check=False)
    return Result.of(done.returncode, done.stdout, done.stderr)


def _start(words: list[str], cwd: Path, environment: Mapping[str, str], given: bytes) -> Result:
    done = subprocess.run(
        [sys.executable, "-m", "archiver", *words],
        cwd=cwd,
        env=environment,
        input=given,
        capture_output=True,
        timeout=DEADLINE_S,
        check=False,
    )
    return Result.of(done.returncode, done.stdout, done.stderr)


class _Server:
    """`program_server` as this process uses it; ends with it, or by `stop_server`."""

    def __init__(self) -> None:
        self.orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        path = Path(__file__).with_name("program_server.py")
        with theirs:
            self.process = subprocess.Popen([sys.executable, path], stdin=theirs)


_server = cache(_Server)


def stop_server() -> None:
    """End the process that runs are forked from, where there is one."""
    if _server.cache_info().currsize:
        server = _server()
        _server.cache_clear()
        server.orders.close()
        server.process.wait(DEADLINE_S)


def _fork(words: list[str], cwd: Path, environment: Mapping[str, str], given: bytes) -> Result:
    order = {"arguments": words, "folder": str(cwd), "environment": dict(environment)}
    with ExitStack() as stack:
        file = stack.enter_context(TemporaryFile())
        file.write(given)
        file.seek(0)
        answers, outputs = _order(order, file.fileno())
        stack.enter_context(answers)
        process = int(answers.readline())
        pool = stack.enter_context(ThreadPoolExecutor(2))
        try:
            stdout, stderr = pool.map(_read, outputs, timeout=DEADLINE_S)
        except TimeoutError:
            os.kill(process, signal.SIGKILL)
            raise
        return Result.of(int(answers.readline()), stdout, stderr)


def _order(order: dict[str, Any], given: int) -> tuple[IO[bytes], tuple[int, int]]:
    """Have the program run; where the answers come, and what it prints."""
    ours, theirs = socket.socketpair()
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    fds = [theirs.detach(), out_end, err_end]
    message = json.dumps(order).encode()
    socket.send_fds(_server().orders, [message], [fds[0], given, *fds[1:]])
    for fd in fds:
        os.close(fd)
    with ours:
        return ours.makefile("rb"), (out, err)


def _read(fd: int) -> bytes:
    with open(fd, "rb") as stream:
        return stream.read()


def snapshot_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Path → (size, mtime, inode) of everything below *folder*, folders included."""
    return {
        str(path.relative_to(folder)): (s.st_size, s.st_mtime_ns, s.st_ino)
        for path in sorted(folder.rglob("*"))
        for s in [path.lstat()]
    }


def unmeasured() -> dict[str, str]:
    """This environment, for a child that tells what it imports: measuring its coverage imports
    a good deal more."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
