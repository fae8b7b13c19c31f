"""Errors of the disk at any call: the run says so, nothing is broken, the next run ends the job.

ENOSPC and EDQUOT end a run with exit code 6, others with 1. A document that may not be written
(EROFS) is an outcome of that document, and the exit code 3. `samples` says how
many of the calls are taken.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from samples import KILLS
from whole_runs.scenes import SCENES
from whole_runs.stage import Stage

STEP = min(96, 8000 // KILLS or 1)  # each call fails in another way; from 8,000 on, in all
CODES = {errno.ENOSPC: {6}, errno.EDQUOT: {6}, errno.EIO: {1}, errno.EROFS: {1, 3}}
WAYS = {
    f"{errno.errorcode[number]}, {'for good' if for_good else 'once'}": (number, for_good)
    for number in CODES
    for for_good in (False, True)
}


@pytest.mark.parametrize("way", WAYS)
def test_an_error_at_any_call(stage: Callable, memory: Path, way: str) -> None:
    place = list(WAYS).index(way)
    names = SCENES if STEP < 50 else [list(SCENES)[place % len(SCENES)]]
    for name in names:
        calls = fail_at_calls(
            stage(name), memory / "failed call", 1 + place * STEP // 8, *WAYS[way]
        )
        assert calls > 90, "a run makes more calls than that"


def fail_at_calls(it: Stage, log: Path, at: int, number: int, for_good: bool) -> int:
    """From call *at* on, in steps; the number of the first that the run no longer makes."""
    while True:
        log.unlink(missing_ok=True)
        it.lay_out()
        hook = {"kind": "fail", "number": number, "at": at, "for_good": for_good, "log": str(log)}
        code = it.run(hook, eager=at % 3 == 0)
        if not log.exists():
            return at
        call = log.read_text()
        assert code in CODES[number], f"{at} {call}: {code}, {it.runs.output}"
        assert "Traceback" not in it.runs.output, f"{at} {call}: {it.runs.output}"
        it.finish(f"{at} {call}")
        if at % 3 == 0:
            it.restore(f"{at} {call}")
        at += STEP
