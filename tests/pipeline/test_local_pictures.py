"""Pictures that lie beside a document which is copied: what becomes of those that cannot be had."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pictures import picture
from program import run_archiver

from archiver import Config, archive
from archiver.errors import RunError
from archiver.files import calls
from archiver.pipeline.local import Copier, copy_local

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


def test_no_copy_is_made_on_the_event_loop(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread is this one; a slow disk would hold every other picture."""
    opened: list[tuple[str, bool]] = []

    def note(name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if name == "open":
            is_here = threading.current_thread() is threading.main_thread()
            opened.append((os.path.basename(os.fsdecode(arguments[0])), is_here))
        return call(*arguments)

    data = base64.b64encode(picture(size=(80, 60))).decode()
    (site / "page.html").write_text(
        f'<img src="photo.png"><img src="data:image/png;base64,{data}">'
    )
    config = Config.from_dict({"rewrite": {"data_urls": "extract"}}, base=str(site / "out"))
    monkeypatch.setattr(calls, "hook", note)
    summary = archive([str(site / "page.html")], config, output=str(site / "out"))
    assert summary.images == {"stored": 2}
    assert ("photo.png", False) in opened and ("photo.png", True) not in opened
    assert {is_here for name, is_here in opened if name.endswith(".part")} == {False}


async def test_a_slow_copy_holds_nobody_and_one_that_is_let_go_leaves_nothing(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, release = threading.Event(), threading.Event()

    def hold(name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if name == "write":
            reached.set()
            assert release.wait(30)
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hold)
    spool = site / "tmp"
    with ThreadPoolExecutor(1) as disk:
        copier = Copier(str(spool), 10**6, disk)
        copying = asyncio.ensure_future(
            copier.copy_file((site / "photo.png").as_uri(), os.fsencode(site))
        )
        assert await asyncio.to_thread(reached.wait, 30)
        assert len(os.listdir(spool)) == 1 and not copying.done()
        copying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await copying
        release.set()
    assert os.listdir(spool) == []
