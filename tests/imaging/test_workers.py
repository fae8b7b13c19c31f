"""Worker processes that die, hang, burn time, eat memory or lie; each costs only its picture."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pictures
import pytest
from program import unmeasured

from archiver.errors import PictureError, RunError
from archiver.imaging.examine import examine_file
from archiver.imaging.process import choose_environment
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.imaging.workers import Examiner

SETTINGS = ImagingSettings(workers=2)
SMALL = (ThumbnailSettings(max_width=32, max_height=32),)
pytestmark = pytest.mark.usefixtures("real_workers")


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.jpg"
    path.write_bytes(pictures.picture("JPEG"))
    return str(path)


@pytest.fixture
def unruly(monkeypatch):
    """A maker of examiners whose workers obey the file they examine."""
    here = str(Path(__file__).parent)
    known = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [here, known])))
    return lambda settings=SETTINGS: Examiner(settings, SMALL, module="unruly_worker")


def order(tmp_path, text):
    path = tmp_path / f"order-{text.split()[0]}"
    path.write_bytes(text.encode())
    return str(path)


async def test_a_worker_gives_what_the_function_gives(good):
    async with Examiner(SETTINGS, SMALL) as examiner:
        assert await examiner.examine(good) == examine_file(good, SETTINGS, SMALL)


async def test_errors_cross_with_all_their_fields(tmp_path):
    path = tmp_path / "short.png"
    path.write_bytes(pictures.without_iend())
    async with Examiner(SETTINGS, SMALL) as examiner:
        with pytest.raises(PictureError) as caught:
            await examiner.examine(str(path))
        assert caught.value.args == (str(path), "damaged", "truncated", True)
        assert (await examiner.examine(str(path), tolerant=True)).flags == ("damaged",)


async def test_a_file_name_that_is_no_text(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff\xfe 'x'\n.png"
    with open(path, "wb") as file:  # noqa: ASYNC230
        file.write(pictures.picture("PNG"))
    async with Examiner(SETTINGS, SMALL) as examiner:
        assert (await examiner.examine(os.fsdecode(path))).width_px == 400


async def test_a_missing_file_is_a_missing_picture(tmp_path):
    async with Examiner(SETTINGS, SMALL) as examiner:
        with pytest.raises(PictureError) as caught:
            await examiner.examine(str(tmp_path / "none.png"))
        assert (caught.value.outcome, caught.value.reason) == ("missing", "file")


async def test_no_worker_is_started_without_work():
    async with Examiner(SETTINGS, SMALL) as examiner:
        assert examiner.worker_ids() == ()


async def test_a_worker_can_be_started_ahead(good):
    async with Examiner(SETTINGS, SMALL) as examiner:
        examiner.prepare()
        while not examiner.worker_ids():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        (ahead,) = examiner.worker_ids()
        assert (await examiner.examine(good)).width_px == 400
        assert examiner.worker_ids() == (ahead,)


async def test_closing_while_a_worker_starts():
    async with Examiner(SETTINGS, SMALL) as examiner:
        examiner.prepare()
        await asyncio.sleep(0)
    assert examiner.worker_ids() == ()


async def test_one_worker_for_one_picture_and_no_more_than_the_limit_for_many(good):
    async with Examiner(SETTINGS, SMALL) as examiner:
        await examiner.examine(good)
        assert len(examiner.worker_ids()) == 1
        found = await asyncio.gather(*(examiner.examine(good) for _ in range(200)))
        assert len(examiner.worker_ids()) <= 2
        assert {picture.width_px for picture in found} == {400}


FAILURES = {
    "killed": ("die SIGKILL", "worker"),
    "a crash in C": ("die SIGSEGV", "worker"),
    "an exit": ("exit", "worker"),
    "an error nobody foresaw": ("bug", "worker"),
    "hanging": ("hang", "time"),
    "burning CPU": ("burn", "time"),
    "eating memory": ("memory", "memory"),
    "answering nonsense": ("babble", "worker"),
}


@pytest.mark.parametrize(("text", "reason"), FAILURES.values(), ids=FAILURES.keys())
async def test_a_bad_picture_costs_only_itself(tmp_path, good, unruly, text, reason):
    limits = {"hang": {"worker_wall_s": 1.5}, "burn": {"worker_cpu_s": 1}}.get(text, {})
    settings = replace(SETTINGS, worker_memory_bytes=500_000_000, workers=1, **limits)
    async with unruly(settings) as examiner:
        before = asyncio.create_task(examiner.examine(good))
        with pytest.raises(PictureError) as caught:
            await examiner.examine(order(tmp_path, text))
        assert (caught.value.outcome, caught.value.reason) == ("unsafe", reason)
        assert not caught.value.is_transient
        assert (await examiner.examine(good)).width_px == (await before).width_px == 400


async def test_a_worker_that_dies_of_something_else_costs_nothing(tmp_path, unruly):
    path = tmp_path / "picture.png"
    path.write_bytes(f"die-once {tmp_path / 'marker'}".encode())
    async with unruly() as examiner:
        with pytest.raises(PictureError) as caught:  # the second worker examined it: it is text
            await examiner.examine(str(path))
        assert (caught.value.outcome, caught.value.reason) == ("not_image", "text")


async def test_a_worker_writes_no_files(tmp_path, unruly):
    target = tmp_path / "written"
    async with unruly() as examiner:
        with pytest.raises(PictureError):
            await examiner.examine(order(tmp_path, f"write {target}"))
    assert not target.exists() or target.stat().st_size == 0


async def test_the_largest_legal_picture_fits_and_a_smaller_limit_is_an_answer(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(pictures.pixel_bomb(7000))  # 49 MP
    async with Examiner(SETTINGS, SMALL) as examiner:
        assert (await examiner.examine(str(path))).width_px == 7000
    path.write_bytes(pictures.pixel_bomb(9900))  # 98 MP of one byte each
    narrow = replace(SETTINGS, worker_memory_bytes=100_000_000, max_pixels=100_000_000)
    async with Examiner(replace(narrow, workers=1), SMALL) as examiner:
        with pytest.raises(PictureError) as caught:
            await examiner.examine(str(path))
        assert (caught.value.outcome, caught.value.reason) == ("unsafe", "memory")


async def test_workers_are_replaced_after_their_share(good):
    async with Examiner(replace(SETTINGS, workers=1, tasks_per_worker=2), SMALL) as examiner:
        ids = []
        for _ in range(4):
            await examiner.examine(good)
            ids.append(examiner.worker_ids())
    assert ids[0] and ids[1] == () and ids[2] and ids[2] != ids[0]


async def test_closing_in_the_middle_of_a_task_takes_no_time(tmp_path, unruly):
    examiner = unruly()
    tasks = [asyncio.create_task(examiner.examine(order(tmp_path, "hang"))) for _ in range(3)]
    while not examiner.worker_ids():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    ids, started = examiner.worker_ids(), time.monotonic()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await examiner.close()
    assert time.monotonic() - started < 3
    assert not any(Path(f"/proc/{each}").exists() for each in ids)


async def test_a_cancelled_task_frees_its_place(tmp_path, good, unruly):
    async with unruly(replace(SETTINGS, workers=1)) as examiner:
        hanging = asyncio.create_task(examiner.examine(order(tmp_path, "hang")))
        await asyncio.sleep(0.5)
        hanging.cancel()
        assert (await asyncio.wait_for(examiner.examine(good), 10)).width_px == 400


async def test_a_worker_that_does_not_start_stops_the_run(good):
    async with Examiner(SETTINGS, SMALL, module="archiver.no_such_module") as examiner:
        with pytest.raises(RunError, match="no worker"):
            await examiner.examine(good)


async def test_the_current_folder_is_no_place_to_import_from(tmp_path, good, monkeypatch):
    (tmp_path / "PIL").mkdir()
    (tmp_path / "PIL" / "__init__.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    async with Examiner(SETTINGS, SMALL) as examiner:
        assert (await examiner.examine(good)).width_px == 400


def test_credentials_stay_out_of_the_environment():
    ours = {"AWS_SECRET_ACCESS_KEY": "x", "ARCHIVER_TOKEN": "x", "HTTPS_PROXY": "x"}
    given = choose_environment(ours | {"PATH": "/bin", "PYTHONPATH": "tests/guard"})
    assert given["PATH"] == "/bin" and given["PYTHONPATH"].startswith("tests/guard" + os.pathsep)
    assert not ours.keys() & given.keys()


def test_starting_a_worker_imports_nothing_of_the_network():
    program = "import sys, archiver.imaging.worker; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=unmeasured(),
        capture_output=True,
        text=True,
        check=True,
    )
    names = {name.partition(".")[0] for name in run.stdout.split()}
    assert "PIL" in names
    assert not names & {"httpx", "aiohttp", "bs4", "tenacity", "asyncio", "multiprocessing"}


def test_the_archiver_itself_loads_no_decoder():
    program = "import sys, archiver.imaging.workers; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=unmeasured(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "PIL" not in {name.partition(".")[0] for name in run.stdout.split()}
