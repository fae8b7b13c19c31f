"""Which tests run beside each other, and which come first.

Tests wait more than they compute: for pauses between requests, for a second look at a file, for
what they started. So more of them are under way than there are cores.
"""

from __future__ import annotations

import os

import pytest
from xdist.scheduler import LoadFileScheduling

# Files of the longest tests: what starts last ends alone.
LONG = (
    "tests/engines/",
    "tests/crashes/",
    "tests/feeds/test_feed_memory",
    "tests/feeds/test_feed_runs",
    "tests/feeds/test_post_runs",
    "tests/test_bombs",
    "tests/test_fault_runs",
    "tests/test_object_runs",
    "tests/pipeline/test_refreshing",
)


def count_workers() -> int:
    """How many processes run tests."""
    return 2 * (os.cpu_count() or 1)


def put_long_ones_first(items: list[pytest.Item]) -> None:
    """Else in the order that they have."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


class Scheduling(LoadFileScheduling):
    """A file goes to one worker as a whole, and so do all tests on Ceph: each that has one of them
    starts a cluster of its own."""

    def _split_scope(self, nodeid: str) -> str:
        return "ceph" if "[ceph" in nodeid else super()._split_scope(nodeid)
