"""The whole program and a power cut at any moment: what was not synced may be lost, nothing else.

A run is recorded, its calls are played again on a model of a disk that forgets; then the checks,
the next run, and the checks again. `samples` says how many cuts.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from samples import KILLS
from whole_runs.hooks import STOPPED
from whole_runs.losing import cut, join
from whole_runs.recording import Event
from whole_runs.scenes import SCENES
from whole_runs.stage import Stage

CUTS = max(2, KILLS // 16)


def record(it: Stage, log: Path, stop_after: int = 0) -> list[Event]:
    hook = {"kind": "record", "log": str(log), "stop_after": stop_after}
    code = it.run(hook)
    assert code in (0, it.scene.expected, STOPPED), it.runs.output
    return list(pickle.loads(log.read_bytes()))


@pytest.mark.parametrize("name", SCENES)
def test_a_cut_during_a_run(stage: Callable, memory: Path, name: str) -> None:
    it, left, chance = stage(name), memory / "left", random.Random(name)
    it.lay_out()
    events = record(it, memory / "events")
    assert len(events) > 90
    for seed in range(CUTS):
        count = chance.randint(0, len(events))
        cut(it, events, count, seed, left)
        it.at(left).finish(f"cut after {count}, seed {seed}")
        it.at(left).restore(f"cut after {count}, seed {seed}")


@pytest.mark.parametrize("name", SCENES)
def test_a_cut_during_a_repair(stage: Callable, memory: Path, name: str) -> None:
    """A run is killed, which loses nothing; the power goes while the next one works."""
    it, left, chance = stage(name), memory / "left", random.Random(name)
    for seed in range(CUTS):
        it.lay_out()
        first = record(it, memory / "events", stop_after=chance.randint(40, 110))
        second = record(it, memory / "events")
        events = join(first, second)
        count = chance.randint(len(first), len(events))
        cut(it, events, count, seed, left)
        when = f"killed after {len(first)}, cut after {count - len(first)}, seed {seed}"
        it.at(left).finish(when)
        it.at(left).restore(when)


def test_what_a_repair_calls_done_is_on_the_disk(stage: Callable, memory: Path) -> None:
    """Killed after the swap, before its name was synced: whose repair must not believe its eyes."""
    it, left = stage("a long post"), memory / "left"
    it.lay_out()
    events = record(it, memory / "events")
    swapped = [event[0] for event in events].index("exchange")
    taken_out = [event[0] for event in events].index("unlink", swapped)
    it.lay_out()
    first = record(it, memory / "events", stop_after=taken_out + 1)
    second = record(it, memory / "events")
    events = join(first, second)
    for seed in range(CUTS):
        cut(it, events, len(events), seed, left)
        assert all((left / path).read_bytes() == it.clean.files[path] for path in it.scene.files)
