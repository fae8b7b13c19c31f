"""A run over a feed, stopped at any file-system call, leaves the old or the new feed, no gap.

Every stop is real, as in tests/pipeline/test_crashes.py: a child process ends by `os._exit`. The
plain suite takes a sample of the calls; a full run more of them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from made_feeds import enclosure_url, make, picture_url
from origin import Origin
from pictures import plain
from samples import EVERY_FEED_CALL
from test_feed_runs import Job, links_of, pages

from archiver.files import calls


class Stop:
    """A hook that ends the process after call number *at*, or in the middle of that write."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def __call__(self, name: str, call: Callable[..., Any], arguments: Any) -> Any:
        self.count += 1
        if self.count != self.at:
            return call(*arguments)
        try:
            if name == "write":
                call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            else:
                call(*arguments)
        finally:
            os._exit(9)


def run_stopped(job: Job, at: int) -> int:
    """The exit code of a run that is stopped at call *at*: 9, or 0 where it ended before."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            calls.hook = Stop(at)
            job.run()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_run_stopped_anywhere(origin: Origin, tmp_path: Path) -> None:
    for number in range(4):
        for url in (picture_url(number), enclosure_url(number)):
            origin.serve(url, plain((number, len(url), 90)))
    start, base = tmp_path / "start", tmp_path / "base"
    start.mkdir()
    Job(start, origin).run(make("RSS 2.0", [1, 0]))
    Job(start, origin).run(make("RSS 2.0", [2, 1]))
    old = Job(start, origin).saved
    shutil.copytree(start, base)
    new_data = make("RSS 2.0", [3, 2])
    Job(base, origin).run(new_data)
    new = Job(base, origin).saved
    assert links_of(old) == pages([2, 1, 0]) and links_of(new) == pages([3, 2, 1, 0])
    at, code = 1, 9
    while code == 9:
        shutil.rmtree(base)
        shutil.copytree(start, base)
        job = Job(base, origin)
        code = run_stopped(job, at)
        assert code in (0, 9)
        assert job.saved in (old, new), at
        job.run()
        assert job.saved == new, at
        assert len(list((base / ".archiver" / "originals" / "grown").iterdir())) <= 2, at
        job.run(make("RSS 2.0", [4, 3]))
        assert links_of(job.saved) == pages([4, 3, 2, 1, 0]), at
        job.serve(new_data)
        at += EVERY_FEED_CALL
    assert at > 60, "a run makes more calls"
