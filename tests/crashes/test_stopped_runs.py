"""The whole program stopped at any file-system call: nothing is broken, the next run ends the job.

Every stop is real: a process of the program ends before or after a call that changes something, or
in the middle of a write; a call that changes nothing leaves the disk as the one before it did.
`samples` says how many of the calls are taken.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from samples import KILLS
from whole_runs.hooks import STOPPED
from whole_runs.scenes import SCENES

# Before call 3 is after call 2, so that with a step of 2 each moment has its stop.
STEP = min(60, 2000 // KILLS or 1)
STEPS = {"before": STEP, "after": STEP, "torn": max(1, STEP // 5)}
FIRST = {"before": 3, "after": 3 + STEP // 2 // 2 * 2, "torn": 2}
WORKERS = 20 if STEP <= 4 else 1000  # every so many stops pictures are examined in workers


@pytest.mark.parametrize("how", STEPS)
@pytest.mark.parametrize("name", SCENES)
def test_a_run_stopped_at_any_call(stage: Callable, name: str, how: str) -> None:
    it, at = stage(name), FIRST[how]
    while True:
        it.lay_out()
        hook = {"kind": "stop", "how": how, "at": at}
        code = it.run(hook, eager=at % 4 == 1, workers=at % WORKERS == 0)
        if code == it.scene.expected:
            break
        assert code == STOPPED, f"{how} {at}: {code}, {it.runs.output}"
        it.finish(f"{how} {at}")
        if at % 3 == 0:
            it.restore(f"{how} {at}")
        at += STEPS[how]
    assert at > (8 if how == "torn" else 90), "a run makes more calls than that"
