"""What a run may spend, what a document may, and what stays free on the disk."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from faults import FaultServer
from origin import Origin
from pictures import photograph, save
from program import Result, run_archiver, snapshot_of

CONFIG = '[[sources]]\npath = "posts"\nin_place = true\n'
DOCUMENTS, IMAGES = 3, 4


def url_of(document: int, image: int) -> str:
    return f"https://img.example.com/{document}-{image}.png"


@pytest.fixture
def job(origin: Origin, tmp_path: Path) -> Callable[..., Result]:
    """Posts with pictures of their own; the function runs `archiver run` with settings."""
    posts = tmp_path / "posts"
    posts.mkdir()
    for document in range(DOCUMENTS):
        urls = [url_of(document, image) for image in range(IMAGES)]
        for n, url in enumerate(urls):
            origin.serve(url, save(photograph(document * IMAGES + n, (40, 30)), "PNG"))
        (posts / f"{document}.md").write_text("".join(f"![]({url})\n" for url in urls))
    (tmp_path / "archiver.toml").write_text(CONFIG)
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    network = [*mapped, "--ca-file", origin.ca_file]

    def run(*arguments: str, **settings: str) -> Result:
        environment = {f"ARCHIVER_{key.upper()}": value for key, value in settings.items()}
        return run_archiver("run", *arguments, *network, cwd=tmp_path, environment=environment)

    return run


def summary_of(result: Result) -> dict[str, object]:
    assert result.code == 0, result.stdout + result.stderr
    summary: dict[str, object] = json.loads(result.stdout.splitlines()[-1])["summary"]
    return summary


BUDGETS = {
    "images": ({"run__budget_images": "5"}, "5 images (run.budget_images)"),
    "bytes": ({"run__budget_bytes": "4000"}, "4,000 bytes (run.budget_bytes)"),
}


@pytest.mark.parametrize(("settings", "spent"), BUDGETS.values(), ids=BUDGETS.keys())
def test_runs_with_a_budget_come_to_the_end_together(
    settings: dict[str, str], spent: str, job: Callable[..., Result], origin: Origin, tmp_path: Path
) -> None:
    settings |= {"network__in_flight": "2"}
    lefts, asked = [], 0
    for _ in range(20):
        summary = summary_of(job("--json", **settings))
        assert len(origin.urls) > asked or summary["documents"], "a run gets on"
        asked = len(origin.urls)
        lefts.append(summary.get("left", 0))
        if "spent" not in summary:
            break
        assert summary["spent"] == spent
        texts = [p.read_text() for p in (tmp_path / "posts").iterdir()]
        assert all("https" not in text or "archive/" not in text for text in texts), "whole ones"
    assert 0 < lefts[0] <= DOCUMENTS and lefts[-1] == 0
    assert len(lefts) >= 2 and lefts == sorted(lefts, reverse=True)
    assert not any("https" in p.read_text() for p in (tmp_path / "posts").iterdir())
    assert summary_of(job("--json"))["documents"] == {"unchanged": DOCUMENTS}


def test_a_run_ends_when_its_time_is_over(tmp_path: Path, fault: FaultServer) -> None:
    networks = str(list(fault.allow_networks)).replace("'", '"')
    settings = f"[network]\nallow_networks = {networks}\n[run]\nbudget_time = '6s'\n"
    (tmp_path / "archiver.toml").write_text(CONFIG + settings)
    (tmp_path / "posts").mkdir()
    for n, kind in enumerate(("ok", "silent", "silent")):
        url = fault.url(kind, f"time-is-over-{n}", host=n)
        (tmp_path / "posts" / f"{n}.md").write_text(f"![]({url})\n")
    began = time.monotonic()
    result = run_archiver("run", cwd=tmp_path)
    assert time.monotonic() - began < 40  # the servers would be silent for 15 s, three times
    assert result.code == 0, result.stderr
    assert "1 document: 1 rewritten" in result.stdout
    assert "stopped after 6s (run.budget_time): 2 documents are left for the next run" in (
        result.stdout
    )
    left = [p for p in tmp_path.rglob("*") if p.name.endswith((".part", "~", "-journal"))]
    assert left == []


def test_a_document_that_was_saved_just_now_is_left_for_the_next_run(
    job: Callable[..., Result], tmp_path: Path
) -> None:
    posts = tmp_path / "posts"
    for n in range(2, DOCUMENTS):
        (posts / f"{n}.md").unlink()
    age_s = time.time() - 3600
    os.utime(posts / "0.md", (age_s, age_s))
    result = job("--json", run__min_age="10m")
    assert summary_of(result)["documents"] == {"busy": 1, "rewritten": 1}
    assert "https" in (posts / "1.md").read_text()
    busy = [line for line in map(json.loads, result.stdout.splitlines()) if "outcome" in line]
    assert ("posts/1.md", "busy") in [(x.get("document"), x["outcome"]) for x in busy]
    again = job(run__min_age="10m")
    assert again.code == 0 and "busy        posts/1.md: saved just now" in again.stdout
    future_s = time.time() + 7 * 86_400  # a clock that was wrong once must not stop it for ever
    os.utime(posts / "1.md", (future_s, future_s))
    assert summary_of(job("--json", run__min_age="10m"))["documents"] == {
        "rewritten": 1,
        "unchanged": 1,
    }


LIMITS = {
    "images": ({"limits__document_images": "3"}, 3, "more than 3 images (limits.document_images)"),
    "bytes": ({"limits__document_bytes": "1"}, None, "more than 1 bytes of images"),
}


@pytest.mark.parametrize(("settings", "count", "note"), LIMITS.values(), ids=LIMITS.keys())
def test_a_document_has_limits(
    settings: dict[str, str],
    count: int | None,
    note: str,
    job: Callable[..., Result],
    origin: Origin,
    tmp_path: Path,
) -> None:
    for n in range(1, DOCUMENTS):
        (tmp_path / "posts" / f"{n}.md").unlink()
    many = [f"https://img.example.com/many-{n}.png" for n in range(40)]
    for n, url in enumerate(many):
        origin.serve(url, save(photograph(100 + n, (40, 30)), "PNG"))
    post = tmp_path / "posts" / "0.md"
    post.write_text("".join(f"![]({url})\n" for url in many))
    result = job(**settings)
    assert result.code == 0 and note in result.stdout
    kept = post.read_text().count("https://")
    assert f"{kept} stay as they are" in result.stdout
    assert kept == 40 - count if count else 0 < kept < 40
    assert len(origin.urls) == 40 - kept


def test_the_disk_reserve_stops_a_run_before_it_writes(
    job: Callable[..., Result], origin: Origin, tmp_path: Path
) -> None:
    full = {"limits__disk_reserve_bytes": str(2**60)}
    before = {p: p.read_bytes() for p in (tmp_path / "posts").iterdir()}
    result = job(**full)
    assert result.code == 6
    assert "kept in reserve (limits.disk_reserve_bytes" in result.stderr
    assert origin.urls == [] and not (tmp_path / "archive").exists()
    assert all(p.read_bytes() == data for p, data in before.items())
    assert job().code == 0
    assert job(**full).code == 0, "with nothing to do it needs no room"
    state = snapshot_of(tmp_path)
    assert job().code == 0 and snapshot_of(tmp_path) == state
