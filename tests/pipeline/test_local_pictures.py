"""Pictures that lie beside a document which is copied: what becomes of those that cannot be had."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from pictures import picture
from program import run_archiver

from archiver.errors import RunError
from archiver.pipeline.local import copy_local

LOST = {
    "fifo.png": ("not_image", "not a regular file"),
    "folder.png": ("not_image", "not a regular file"),
    "text.png": ("not_image", "text"),
    "long.png": ("too_big", "larger than 100000 bytes"),
    "none.png": ("missing", "no such file"),
    "text.png/a.png": ("missing", "not a directory"),
    "a%00b.png": ("missing", "no such file"),
    "../away.png": ("skipped", "outside the source's folder"),
    "link.png": ("skipped", "outside the source's folder"),
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "folder.png").mkdir(parents=True)
    os.mkfifo(folder / "fifo.png")
    (folder / "text.png").write_text("no picture")
    (folder / "long.png").write_bytes(picture() + bytes(100_000))
    (folder / "photo.png").write_bytes(picture())
    (folder / "link.png").symlink_to(tmp_path / "away.png")
    (tmp_path / "away.png").write_bytes(picture())
    images = "".join(f'<img src="{name}">' for name in (*LOST, "photo.png"))
    (folder / "page.html").write_text(f"<!doctype html>{images}\n")
    return folder


def test_one_that_cannot_be_had_is_lost_alone(site: Path) -> None:
    limit = {"ARCHIVER_LIMITS__MAX_BYTES": "100000"}
    words = ("archive", "page.html", "-o", "out", "--json")
    told = run_archiver(*words, cwd=site, environment=limit)
    assert told.code == 3, told.stderr
    facts = [json.loads(line) for line in told.stdout.splitlines()]
    images = {fact["url"]: fact for fact in facts if fact.get("kind") == "image"}
    places = {name: images[f"file:{os.path.normpath(site / name)}"] for name in LOST}
    assert {name: (f["outcome"], f["reason"]) for name, f in places.items()} == LOST
    shown = (site / "out" / "page.html").read_text()
    assert shown.count("archive/assets/") == 1
    assert all(f'src="{name}"' in shown for name in LOST)
    assert os.listdir(site / "out" / ".archiver" / "tmp") == []


def test_a_copy_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"file/tmp/.*: not a directory"):
        copy_local(os.fsencode(tmp_path / "a.png"), str(tmp_path / "file" / "tmp"), 10**6)
