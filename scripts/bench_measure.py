"""What a command costs, all of its processes together.

CPU is what the kernel counted for every process of the tree (`resource.RUSAGE_CHILDREN`; orphans
come back to us, the subreaper). Memory is the highest sum of the PSS of all of them, sampled; a
run that is sampled isn't timed, because reading ``smaps_rollup`` slows down what it looks at.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_SAMPLE_EVERY_S = 0.05
_LEFT_BEHIND_S = 5.0  # how long processes may outlive their command
_PARENT = 1  # field of /proc/PID/stat after the name


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU and wall time in seconds; `peak_bytes` is 0 where memory was not sampled."""

    cpu_s: float
    wall_s: float
    peak_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """A command to measure and what must be true afterwards.

    Attributes:
        prepare: before each run; not measured.
        check: raises where the command didn't do the work it is measured for.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    prepare: Callable[[], None] = lambda: None
    check: Callable[[], None] = lambda: None
    timeout_s: float = 300.0


class BenchError(Exception):
    """A command failed, or didn't do its work; its number would mean nothing."""


def measure(command: Command, *, is_sampled: bool = False) -> Cost:
    """Run *command* once.

    Raises:
        BenchError: it failed, took too long, or its check did.
    """
    command.prepare()
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    others = _descendants(frozenset())  # nginx
    before, start = _children_cpu_s(), time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command.arguments,
            env=dict(command.environment),
            cwd=command.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with _sampling(others if is_sampled else None) as peak:
            code = _wait(process, others, command.timeout_s)
            wall_s = time.monotonic() - start
            _reap(others)
        output.seek(0)
        said = output.read().decode(errors="replace")
    if code != 0:
        raise BenchError(f"{command.name}: exit code {code}\n{said[-2000:]}")
    command.check()
    return Cost(_children_cpu_s() - before, wall_s, peak[0])


def compare(commands: Sequence[Command], rounds: int) -> dict[str, Cost]:
    """The medians over *rounds* timed rounds that take turns, and the peak of one sampled round.

    The sampled round comes first: it also warms the caches of files and byte code.
    """
    peaks = {command.name: measure(command, is_sampled=True).peak_bytes for command in commands}
    timed: dict[str, list[Cost]] = {command.name: [] for command in commands}
    for _ in range(rounds):
        for command in commands:
            timed[command.name].append(measure(command))
    return {
        command.name: Cost(
            statistics.median(cost.cpu_s for cost in timed[command.name]),
            statistics.median(cost.wall_s for cost in timed[command.name]),
            peaks[command.name],
        )
        for command in commands
    }


def describe_machine() -> str:
    """Cores, load and versions, for the reader of a table; a loaded machine makes poor numbers."""
    load = f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f} at the start"
    return ", ".join([load, f"Python {platform.python_version()}", *_versions()])


def _versions() -> Iterator[str]:
    for name in ("Pillow", "httpx", "aiohttp", "turbohtml", "Scrapy", "pyvips-binary"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            yield f"{name} {metadata.version(name)}"


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _wait(process: subprocess.Popen[bytes], others: frozenset[int], timeout_s: float) -> int:
    try:
        return process.wait(timeout_s)
    except subprocess.TimeoutExpired as error:
        for pid in _descendants(others):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        raise BenchError(f"still running after {timeout_s:.0f} s") from error


def _reap(others: frozenset[int]) -> None:
    """Wait for what the command left behind, so that its CPU is counted."""
    deadline = time.monotonic() + _LEFT_BEHIND_S
    while left := _descendants(others):
        if time.monotonic() > deadline:
            raise BenchError(f"left processes behind: {sorted(left)}")
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.01)


def _descendants(others: frozenset[int]) -> frozenset[int]:
    """All processes below this one except *others*; by parents, as workers leave the session."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with contextlib.suppress(OSError):
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
                children.setdefault(int(fields[_PARENT]), []).append(int(entry))
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        below = [pid for pid in children.get(waiting.pop(), []) if pid not in others]
        found.update(below)
        waiting.extend(below)
    return frozenset(found)


@contextlib.contextmanager
def _sampling(others: frozenset[int] | None) -> Iterator[list[int]]:
    """A list of one number, the highest sum of PSS bytes seen while the block ran."""
    peak, is_over = [0], threading.Event()

    def sample() -> None:
        while others is not None and not is_over.wait(_SAMPLE_EVERY_S):
            peak[0] = max(peak[0], sum(map(_pss_bytes, _descendants(others))))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield peak
    finally:
        is_over.set()
        thread.join()


def _pss_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
