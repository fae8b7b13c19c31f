"""Damage is found, said, and mended as a run would have had the picture."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from inside import run_inside
from origin import Origin
from pictures import photograph, save
from program import Result

URLS = [f"https://img.example.com/{letter}.jpg" for letter in "ab"]
TEXT = "".join(f"![x]({url})\n" for url in URLS)
Run = Callable[..., Result]


def serve(origin: Origin) -> list[str]:
    """Serve the pictures; the options to have them."""
    for number, url in enumerate(URLS):
        origin.serve(url, save(photograph(number + 3, (640, 480)), "JPEG"))
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    return [*mapped, "--ca-file", origin.ca_file]


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archived post, made once; a test has a copy."""
    base = tmp_path_factory.mktemp("archived")
    (base / "post.md").write_text(TEXT)
    with Origin() as origin:
        options = serve(origin)
        assert run_inside("archive", "post.md", "--in-place", *options, cwd=base).code == 0
    return base


@pytest.fixture
def run(origin: Origin, archived: Path, tmp_path: Path) -> Run:
    shutil.copytree(archived, tmp_path, dirs_exist_ok=True)
    options = serve(origin)
    return lambda *arguments: run_inside(*arguments, *options, cwd=tmp_path)


def blobs(base: Path) -> list[Path]:
    return sorted((base / "archive" / "assets").rglob("*.jpg"))


def thumbnails(base: Path) -> list[Path]:
    return sorted((base / "archive" / "thumbnails").rglob("*.webp"))


def contents(base: Path) -> dict[str, bytes]:
    files = [file for file in (base / "archive").rglob("*") if file.is_file()]
    return {str(file.relative_to(base)): file.read_bytes() for file in files}


def lines(result: Result) -> Iterator[dict[str, object]]:
    return map(json.loads, result.stdout.splitlines())


def spoil(file: Path, data: bytes) -> None:
    file.chmod(0o644)
    file.write_bytes(data)


def replace(file: Path, make: Callable[[Path], None]) -> None:
    file.unlink()
    make(file)


DAMAGES: dict[str, tuple[Callable[[Path], None], list[str], str]] = {
    "a blob is gone": (lambda base: blobs(base)[0].unlink(), [], "missing"),
    "a blob is cut": (
        lambda base: spoil(blobs(base)[0], blobs(base)[0].read_bytes()[:99]),
        [],
        "damaged",
    ),
    "a blob is empty": (lambda base: spoil(blobs(base)[0], b""), [], "damaged"),
    "a bit of a blob is wrong": (
        lambda base: spoil(blobs(base)[0], b"x" + blobs(base)[0].read_bytes()[1:]),
        ["--read-data"],
        "damaged",
    ),
    "a pipe in its place": (lambda base: replace(blobs(base)[0], os.mkfifo), [], "damaged"),
    "a folder in its place": (lambda base: replace(blobs(base)[0], Path.mkdir), [], "damaged"),
    "a dead link in its place": (
        lambda base: replace(blobs(base)[0], lambda file: file.symlink_to("none")),
        [],
        "damaged",
    ),
    "a thumbnail is gone": (lambda base: thumbnails(base)[0].unlink(), [], "missing"),
    "a thumbnail is cut": (
        lambda base: spoil(thumbnails(base)[0], thumbnails(base)[0].read_bytes()[:-9]),
        ["--read-data"],
        "damaged",
    ),
    "a thumbnail is another thing": (
        lambda base: spoil(thumbnails(base)[0], b"<html>"),
        ["--read-data"],
        "damaged",
    ),
}


@pytest.mark.parametrize(("harm", "options", "kind"), DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_found_and_mended(
    harm: Callable[[Path], None], options: list[str], kind: str, run: Run, tmp_path: Path
) -> None:
    before = contents(tmp_path)
    assert run("verify", "--read-data", "--documents").code == 0
    harm(tmp_path)
    spoiled = contents(tmp_path)
    found = run("verify", "--json", *options)
    assert found.code == 4
    assert [one.get("damage") for one in lines(found)] == [kind, None]
    assert contents(tmp_path) == spoiled
    mended = run("verify", "--repair", *options)
    assert (mended.code, "1 mended, 0 left" in mended.stdout) == (0, True), mended.stdout
    assert contents(tmp_path) == before
    away = list((tmp_path / ".archiver").glob("quarantine/*"))
    assert len(away) == (kind == "damaged"), "nothing is thrown away"
    kept = [file.read_bytes() for file in away if file.is_file()]
    assert kept == [data for path, data in spoiled.items() if data != before[path]]
    assert run("verify", "--read-data", "--documents", "--quiet").code == 0


LEFT: dict[str, tuple[Callable[[Path], None], str]] = {
    "removed": (Path.unlink, "post.md: is not there any more"),
    "a pipe now": (lambda post: replace(post, os.mkfifo), "post.md: cannot be read: not a regular"),
    "edited": (lambda post: post.write_text(post.read_text() + "more"), "post.md: edited since"),
}


@pytest.mark.parametrize(("change", "note"), LEFT.values(), ids=LEFT.keys())
def test_what_became_of_documents_is_no_damage(
    change: Callable[[Path], None], note: str, run: Run, tmp_path: Path
) -> None:
    change(tmp_path / "post.md")
    told = run("verify", "--documents")
    assert told.code == 0 and note in told.stdout


def test_what_cannot_be_had_again_stays_known(run: Run, origin: Origin, tmp_path: Path) -> None:
    origin.answers.clear()
    blobs(tmp_path)[0].unlink()
    for _ in range(2):
        result = run("verify", "--repair")
        assert (result.code, "0 mended, 1 left" in result.stdout) == (4, True)
    assert run("verify").code == 4
    assert "1 of its files were wrong" in run("status").stdout


def test_from_the_trash_without_a_request(run: Run, origin: Origin, tmp_path: Path) -> None:
    text = (tmp_path / "post.md").read_text()
    before = contents(tmp_path)
    run("restore", "--all")
    run("gc")
    (tmp_path / "post.md").write_text(text)
    asked = len(origin.urls)
    assert run("verify").code == 0  # nothing is promised
    found = run("verify", "--documents", "--repair", "post.md")
    assert found.code == 2  # it takes no names
    run("gc")
    assert contents(tmp_path) == before and len(origin.urls) == asked


@pytest.mark.parametrize(
    ("folder", "shown"), [("deep", "deep"), (os.fsdecode(b"caf\xe9"), "caf\ufffd")]
)
def test_documents_that_were_moved_and_edited(
    folder: str, shown: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / folder).mkdir()
    moved = tmp_path / folder / "post.md"
    (tmp_path / "post.md").rename(moved)
    result = run("verify", "--documents")
    assert result.code == 4 and f"{shown}/post.md: was post.md" in result.stdout
    assert "broken link" in result.stdout and "archiver relink mends it" in result.stdout
    assert run("verify", "--documents", "--repair").code == 0
    moved.write_text("mine\n" + moved.read_text())
    result = run("verify", "--documents")
    assert (result.code, "edited since it was rewritten" in result.stdout) == (0, True)
    run("restore", f"{folder}/post.md")
    assert moved.read_text() == "mine\n" + TEXT


def test_a_document_that_is_gone_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "post.md").unlink()
    result = run("verify", "--documents")
    assert (result.code, "post.md: is not there any more" in result.stdout) == (0, True)


def test_status_tells_of_the_trash_and_the_last_look(run: Run) -> None:
    assert "never verified" in run("status").stdout
    run("restore", "--all")
    run("gc")
    run("verify", "--read-data")
    text = run("status").stdout
    assert "4 files" in text and "in the trash" in text
    assert "all of its 0 files were right" in text
    found = json.loads(run("status", "--json").stdout)
    assert found["trash"]["files"] == 4 and found["verified"]["left"] == 0
