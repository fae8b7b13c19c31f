"""Jobs that start at the same moment on one archive: one works, the others exit 5 or wait."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest
from origin import Origin
from samples import SIMULTANEOUS_JOBS
from whole_runs.stage import Stage
from whole_runs.state import unlike

JOBS = 3


def start(it: Stage, *options: str) -> list[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "archiver", *it.arguments, *options]
    return [
        subprocess.Popen(
            words, cwd=it.base, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(JOBS)
    ]


@pytest.mark.parametrize("options", [(), ("--wait",)], ids=["at once", "--wait"])
def test_jobs_at_once(stage: Callable, site: Origin, options: tuple[str, ...]) -> None:
    it = stage("in place")
    for number in range(SIMULTANEOUS_JOBS):
        it.lay_out()
        site.exchanges.clear()
        jobs = start(it, *options)
        ends = [(job.communicate(timeout=120), job.returncode) for job in jobs]
        codes = Counter(code for _, code in ends)
        assert codes[it.scene.expected] >= 1, ends
        # 0: it came when the others had done all, and has nothing new to say
        assert codes.keys() <= {it.scene.expected, 0, *([] if options else [5])}, ends
        assert unlike(it.scene, it.base, it.clean) == [], number
        asked = Counter(site.urls)
        assert max(asked.values()) == 1, f"asked for twice: {asked}"
        journals = list((it.base / ".archiver" / "journal").iterdir())
        assert len(journals) == 1, "only one had something to write down"
        it.restore(f"try {number}")
