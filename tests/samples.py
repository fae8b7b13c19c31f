"""How much the dear tests take: a sample, and with ``pytest --full`` all that is worth it.

The numbers are fixed and so is what they seed: two runs try the same.
"""

from __future__ import annotations

from typing import TypeVar

from required import is_full_run

T = TypeVar("T")


def _choose(sample: T, full: T) -> T:
    return full if is_full_run() else sample


def examples(count: int) -> int:
    """How many that are made up a law is tried with: *count* in a full run."""
    return _choose(count // 4, count)


KILLS = _choose(15, 500)  # kills, stops, errors and power cuts of whole runs: docs/durability.md
SIMULTANEOUS_JOBS = _choose(1, 10)  # times that several jobs start at once
SMALL_POSTS = _choose(250, 10_000)  # in one folder
DISK_SIZES = _choose(2, 50)  # of file systems that fill up
DOCUMENTS_TO_RESTORE = _choose(40, 1500)
EVERY_CALL = _choose(16, 1)  # each n-th file-system call of a small run stops it
EVERY_FEED_CALL = _choose(100, 5)  # the same for a run over a feed
EVERY_POST_CALL = _choose(100, 12)  # and over a feed whose items become posts
FEED_ITEMS = _choose(1000, 10_000)  # of one feed whose memory is measured
FEED_POSTS = _choose(0, 3000)  # the same, of which posts are made; 10,000 take minutes
FEED_RUNS = _choose(7, 100)  # over one feed, one after the other
POST_RUNS = _choose(5, 100)
POWER_CUTS = _choose(40, 200)  # of a small run
RACED_REWRITES = _choose(600, 10_000)  # against an editor that saves all the time
MUTATIONS = _choose(200, 10_000)  # of pictures and drawings
CLUSTER_DOCUMENTS = _choose(0, 2000)  # of the runs in which nodes of Ray die; minutes
