"""Kills at random moments, workers included: nothing is broken, a later run ends the job.

The plain suite takes 25, always the same moments; a full run 500. A moment is
a part of what a run takes on this machine, so that a busy one sees early and late kills as well.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from samples import KILLS
from whole_runs.scenes import SCENES


@pytest.mark.parametrize("name", SCENES)
def test_a_run_that_is_killed(stage: Callable, name: str) -> None:
    """Killed twice in most cases: the run that repairs is killed as well."""
    it, chance = stage(name), random.Random(name)
    took_s = _time(it)
    trial = killed = 0
    while killed < KILLS / len(SCENES):
        it.lay_out()
        for _ in range(chance.randint(1, 3)):
            killed += it.killed_after(chance.uniform(0, took_s * 1.1))
            it.check(f"trial {trial}")
        it.finish(f"trial {trial}")
        if trial % 3 == 0:
            it.restore(f"trial {trial}")
        trial += 1
        assert trial < 10 * KILLS, "the runs end before they are killed"


def _time(it) -> float:
    it.lay_out()
    began_s = time.monotonic()
    it.killed_after(3600)
    return time.monotonic() - began_s


def test_a_program_killed_from_outside_takes_its_workers_along(
    stage: Callable, tmp_path: Path
) -> None:
    it = stage("in place")
    it.lay_out()
    words = [sys.executable, "-m", "archiver", *it.arguments]
    with subprocess.Popen(words, cwd=it.base, start_new_session=True) as program:
        deadline_s = time.monotonic() + 60
        while not (workers := _workers(program.pid)):
            assert program.poll() is None and time.monotonic() < deadline_s
            time.sleep(0.005)
        program.send_signal(signal.SIGKILL)
    while any(map(_is_alive, workers)):
        assert time.monotonic() < deadline_s, "a worker outlived the program"
        time.sleep(0.01)
    it.finish("killed with a worker")


def _workers(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
