"""Errors of the disk at any call: the run says so, nothing is broken, the next run ends the job.

ENOSPC and EDQUOT end a run with exit code 6, others with 1. A document that may not be written
(EROFS) is an outcome of that document, and the exit code 3. How many of the
calls is what ARCHIVER_TESTS_KILLS says.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from whole_runs import KILLS
from whole_runs.scenes import SCENES

STEP = max(1, 2000 // KILLS)  # each call fails in another way; from 2,000 on, in all
CODES = {errno.ENOSPC: {6}, errno.EDQUOT: {6}, errno.EIO: {1}, errno.EROFS: {1, 3}}


@pytest.mark.parametrize("number", CODES, ids=errno.errorcode.get)
@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
def test_an_error_at_any_call(
    stage: Callable, memory: Path, name: str, number: int, for_good: bool
) -> None:
    it, log = stage(name), memory / "failed call"
    at = 1 + (2 * list(CODES).index(number) + for_good) * STEP // 8
    while True:
        log.unlink(missing_ok=True)
        it.lay_out()
        hook = {"kind": "fail", "number": number, "at": at, "for_good": for_good, "log": str(log)}
        code = it.run(hook, eager=at % 3 == 0)
        if not log.exists():
            break
        call = log.read_text()
        assert code in CODES[number], f"{at} {call}: {code}, {it.runs.output}"
        assert "Traceback" not in it.runs.output, f"{at} {call}: {it.runs.output}"
        it.finish(f"{at} {call}")
        it.restore(f"{at} {call}")
        at += STEP
    assert at > 90, "a run makes more calls than that"
