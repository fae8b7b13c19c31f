"""A disk that is really full: a small file system in memory, of one size after the other.

Each size is used up at another moment: while pictures come, while thumbnails, the journal, SQLite's
file or documents are written. Mounting needs root; `required` says where it must be possible.
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from required import give_up, require
from samples import DISK_SIZES
from whole_runs.stage import Stage

BLOCK = 4096

PLACES = ("in place", "copies", "a long post")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a file system with the given options, or changes them."""
    programs, folder, mounted = require("mount"), tmp_path / "disk", []
    folder.mkdir()

    def mount(options: str) -> Path:
        words = [
            programs["mount"],
            "-t",
            "tmpfs",
            "-o",
            f"remount,{options}" if mounted else options,
        ]
        done = subprocess.run(
            [*words, "tmpfs", folder], capture_output=True, text=True, check=False
        )
        if done.returncode:
            give_up("mount", done.stderr.strip())
        mounted.append(options)
        return folder

    yield mount
    if mounted:
        subprocess.run([programs["umount"], folder], check=True)


@pytest.mark.parametrize("name", PLACES)
def test_a_disk_of_any_size(stage: Callable, disk: Callable, name: str) -> None:
    folder = disk("size=64m")
    it = stage(name).at(folder / "base")
    it.lay_out()
    _make_catalog(it)
    least = _used(folder) // BLOCK
    assert it.run() == it.scene.expected
    most = _used(folder) // BLOCK + 32  # for what is there a moment only
    where: Counter[str] = Counter()
    for number in range(DISK_SIZES):
        blocks = least + 1 + (most - least - 1) * number // DISK_SIZES
        disk("size=64m")
        it.lay_out()
        _make_catalog(it)
        disk(f"size={blocks * BLOCK}")
        code = it.run(eager=number % 3 == 0)
        assert code in (6, it.scene.expected), f"{blocks}: {code}, {it.runs.output}"
        assert "Traceback" not in it.runs.output, f"{blocks}: {it.runs.output}"
        if code == 6:
            where[_place(it.runs.output)] += 1
        it.check(f"{blocks} blocks")
        again = it.run()
        assert again in (0, 6, it.scene.expected), f"{blocks}: {again}, {it.runs.output}"
        disk("size=64m")
        it.finish(f"{blocks} blocks")
        it.restore(f"{blocks} blocks")
    assert where
    assert DISK_SIZES < 40 or len(where) > 1, f"all sizes were used up at one place: {where}"


def test_a_disk_without_inodes(stage: Callable, disk: Callable) -> None:
    folder = disk("size=64m")
    it = stage("in place").at(folder / "base")
    codes = set()
    for more in range(1, 60, 60 // DISK_SIZES):
        disk("size=64m,nr_inodes=1000")
        it.lay_out()
        taken = 1000 - os.statvfs(folder).f_ffree
        disk(f"size=64m,nr_inodes={taken + more}")
        codes.add(it.run())
        assert "Traceback" not in it.runs.output, it.runs.output
        it.check(f"{more} inodes")
        disk("size=64m,nr_inodes=1000")
        it.finish(f"{more} inodes")
    assert codes <= {6, it.scene.expected} and 6 in codes


def _make_catalog(it: Stage) -> None:
    """Else most sizes are used up by it, at the start."""
    if it.scene.home == ".":
        assert it.runs.run(it.base, ["restore", "--all"]) == 0


def _used(folder: Path) -> int:
    found = os.statvfs(folder)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def _place(output: str) -> str:
    """What could not be written."""
    line = output.strip().splitlines()[-1]
    for part in ("catalog", "journal", ".part", "archive/", "lock"):
        if part in line:
            return part
    return "document"
