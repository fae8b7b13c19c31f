"""Pictures that were taken out come back without a request; so do those of a moved folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from inside import run_inside
from origin import Origin
from pictures import photograph, save
from program import Result

URL = "https://img.example.com/a.jpg"
TEXT = f"![a]({URL})\n"


@pytest.fixture
def archive(origin: Origin, tmp_path: Path) -> Callable[..., Result]:
    origin.serve(URL, save(photograph(3, (640, 480)), "JPEG"))
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    options = [*mapped, "--ca-file", origin.ca_file, "--json"]

    def run() -> Result:
        return run_inside("archive", "post.md", "--in-place", *options, cwd=tmp_path)

    return run


def outcomes(result: Result) -> dict[str, int]:
    found: dict[str, int] = json.loads(result.stdout.splitlines()[-1])["summary"]["images"]
    return found


def files_of(folder: Path) -> set[str]:
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}


def test_from_the_trash(archive: Callable[..., Result], origin: Origin, tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(TEXT)
    assert outcomes(archive()) == {"stored": 1}
    shown, held = (tmp_path / "post.md").read_text(), files_of(tmp_path / "archive")
    run_inside("restore", "--all", cwd=tmp_path)
    assert "went to the trash" in run_inside("gc", cwd=tmp_path).stdout
    assert files_of(tmp_path) & {f"archive/{name}" for name in held} == set()
    asked = len(origin.urls)
    assert outcomes(archive()) == {"reused": 1}
    assert len(origin.urls) == asked
    assert (tmp_path / "post.md").read_text() == shown
    assert files_of(tmp_path / "archive") == held
    kept = run_inside("gc", "--grace", "999999w", "--dry-run", cwd=tmp_path)
    assert "nothing to take out" in kept.stdout


def test_deleted_for_good(archive: Callable[..., Result], origin: Origin, tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(TEXT)
    archive()
    run_inside("restore", "--all", cwd=tmp_path)
    run_inside("gc", "--grace", "0", cwd=tmp_path)
    assert not (tmp_path / "archive").exists()
    asked = len(origin.urls)
    assert outcomes(archive()) == {"stored": 1}
    assert len(origin.urls) == asked + 1


def test_a_moved_folder(archive: Callable[..., Result], origin: Origin, tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(TEXT)
    archive()
    (tmp_path / "static").mkdir()
    (tmp_path / "archive").rename(tmp_path / "static" / "pictures")
    (tmp_path / "archiver.toml").write_text('archive = "static/pictures"\n')
    run_inside("restore", "--all", cwd=tmp_path)
    assert outcomes(archive()) == {"reused": 1}
    assert "](static/pictures/assets/" in (tmp_path / "post.md").read_text()
    assert not (tmp_path / "archive").exists() and len(origin.urls) == 1


BAD = {
    "no unit": (["gc", "--grace", "30"], "--grace 30: expected a number with s, m, h, d or w"),
    "no such folder": (["gc", "none"], "none: no such file"),
    "why of a folder": (["why", "."], ".: is a folder; name a document"),
    "a plan for no URL": (["archive", "--dry-run", "http://[x"], "not a URL that can be asked for"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD.keys())
def test_wrong_usage(arguments: list[str], message: str, tmp_path: Path) -> None:
    result = run_inside(*arguments, cwd=tmp_path)
    assert (result.code, message in result.stderr) == (2, True)
