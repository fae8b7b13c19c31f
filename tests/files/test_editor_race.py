"""An editor that saves all the time against a run that rewrites all the time: no save is lost."""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archiver import files
from archiver.errors import DocumentError

RUN = "20260102T030405Z-0123abcd"

EDITOR = """
import os, sys, time
path, way, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
for number in range(count):
    token = b"<%d>" % number
    if way == "append":
        with open(path, "ab") as file:
            file.write(token)
    else:
        with open(path, "rb") as file:
            data = file.read()
        with open(path, "wb") as file:
            file.write(data + token)
    time.sleep(0.002)
"""


@pytest.fixture
def base(tmp_path):
    """A folder in memory where there is one: a disk would slow the run down, not the editor."""
    shared = Path("/dev/shm")
    with TemporaryDirectory(dir=shared if shared.is_dir() else tmp_path) as name:
        yield Path(name)


@pytest.mark.parametrize("way", ["append", "truncate and write"])
def test_no_save_is_lost(base, way):
    path, conflicts = base / "post.md", base / "conflicts"
    path.write_bytes(b"version 0 ")
    late = files.LateWrites(str(conflicts), wait_s=0.2)
    count, rewrites = 400, 0
    editor = subprocess.Popen([sys.executable, "-c", EDITOR, str(path), way, str(count)])
    try:
        while editor.poll() is None:
            rewrites += rewrite(path, rewrites + 1, str(conflicts), late)
    finally:
        editor.wait()
    late.close()
    kept = [path, *conflicts.glob("*")] if conflicts.exists() else [path]
    found = {token for file in kept for token in re.findall(rb"<(\d+)>", file.read_bytes())}
    assert found == {b"%d" % number for number in range(count)}
    assert rewrites > 20
    assert [file.name for file in base.iterdir() if file.name.endswith("~")] == []


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
