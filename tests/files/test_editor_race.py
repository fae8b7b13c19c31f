"""An editor that saves all the time against a run that rewrites all the time: no save is lost."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from samples import RACED_REWRITES

from archiver import files
from archiver.errors import DocumentError

RUN = "20260102T030405Z-0123abcd"

# For how many rewrites; the plain suite takes a sample.

EDITOR = """
import os, sys, time
path, way, stop = sys.argv[1:]
number = 0
while not os.path.exists(stop):
    token = b"<%d>" % number
    if way == "append":
        with open(path, "ab") as file:
            file.write(token)
    else:
        with open(path, "rb") as file:
            data = file.read()
        if way == "truncate and write":
            with open(path, "wb") as file:
                file.write(data + token)
        else:
            with open(path + ".new", "wb") as file:
                file.write(data + token)
            os.replace(path + ".new", path)
    number += 1
    time.sleep(0.002)
print(number)
"""


@dataclass(frozen=True, slots=True)
class Race:
    """What became of the editor's saves.

    Attributes:
        saves: how many it made.
        lost: the numbers of those that are nowhere.
        in_conflicts: how many are kept in the folder of conflicts only.
        refused: rewrites that were not made, as the document had changed.
    """

    saves: int
    lost: list[int]
    in_conflicts: int
    refused: int


def race(base: Path, way: str, count: int) -> Race:
    """Let an editor save in its *way* until *count* rewrites were made."""
    path, conflicts, stop = base / "post.md", base / "conflicts", base / "stop"
    path.write_bytes(b"version 0 ")
    late = files.LateWrites(str(conflicts), wait_s=0.2)
    words = [sys.executable, "-c", EDITOR, str(path), way, str(stop)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as editor:
        try:
            while not tokens(path):
                assert editor.poll() is None
            tried = rewrites = 0
            while rewrites < count:
                tried += 1
                rewrites += rewrite(path, tried, str(conflicts), late)
        finally:
            stop.touch()
        saves = int(editor.communicate()[0])
    late.close()
    kept = list(conflicts.glob("*")) if conflicts.exists() else []
    here = tokens(path)
    beside = set().union(*map(tokens, kept)) - here
    assert [file.name for file in base.iterdir() if file.name.endswith("~")] == []
    lost = sorted(set(range(saves)) - here - beside)
    return Race(saves, lost, len(beside), tried - rewrites)


def tokens(file: Path) -> set[int]:
    return {int(token) for token in re.findall(rb"<(\d+)>", file.read_bytes())}


@pytest.mark.parametrize("way", ["append", "truncate and write"])
def test_no_save_is_lost(memory_folder, way):
    found = race(memory_folder, way, RACED_REWRITES)
    assert found.lost == [], found
    assert found.saves > 20, found


def test_a_save_by_rename_is_all_but_never_lost(memory_folder):
    """No call compares and swaps: an editor that reads our version in the microseconds before it is
    taken back, and saves over the person's, takes that save along. docs/durability.md states how
    often."""
    found = race(memory_folder, "rename", RACED_REWRITES)
    print(found)
    assert len(found.lost) <= max(2, found.saves / 100), found
    assert found.saves > 20, found


def rewrite(path, version, conflicts, late):
    """Put another version into the document; whether it could be done."""
    try:
        data, snapshot = files.read_document(str(path))
        new = re.sub(rb"version \d+ ", b"version %d " % version, data)
        files.rewrite_document(
            str(path), snapshot, new or b"version 0 ", run_id=RUN, conflicts=conflicts, late=late
        )
    except DocumentError:
        return False
    return True
