"""What git ignores, in real repositories."""

from __future__ import annotations

import logging
import os
import subprocess
from pathlib import Path

import pytest

from archiver.sources import SourceSettings, find_documents

NOTHING = SourceSettings()


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "init", "-q")
    return folder


def find(*named: Path, settings: SourceSettings = NOTHING, want_all: bool = False) -> list[str]:
    files = find_documents([str(name) for name in named], settings, want_all=want_all)
    return [os.fsdecode(file.relative) for file in files]


# files (name → text), named folder → the documents
REPOSITORIES = {
    "by name": ({".gitignore": "b.md\n", "a.md": "", "b.md": "", "x/b.md": ""}, ".", "a.md"),
    "a folder": ({".gitignore": "out/\n", "a.md": "", "out/x/b.md": ""}, ".", "a.md"),
    "an exception": ({".gitignore": "*.md\n!a.md\n", "a.md": "", "b.md": ""}, ".", "a.md"),
    "rules of a subfolder": (
        {"x/.gitignore": "/a.md\n", "x/a.md": "", "x/b/a.md": ""},
        ".",
        "x/b/a.md",
    ),
    "rules from above the named folder": (
        {".gitignore": "posts/a.md\n", "posts/a.md": "", "posts/b.md": ""},
        "posts",
        "b.md",
    ),
    "a folder with nothing but ignored files": (
        {".gitignore": "*.o\n", "x/a.o": "", "y/a.o": "", "y/b.md": ""},
        ".",
        "y/b.md",
    ),
    "an ignored folder that is named": (
        {".gitignore": "out/\n", "out/x/a.md": "", "out/b.md": ""},
        "out",
        "b.md x/a.md",
    ),
    "a folder in an ignored one that is named": (
        {".gitignore": "out/\n", "out/x/a.md": ""},
        "out/x",
        "a.md",
    ),
}


@pytest.mark.parametrize(
    ("files", "named", "expected"), REPOSITORIES.values(), ids=REPOSITORIES.keys()
)
def test_ignored_by_git(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    files: dict[str, str],
    named: str,
    expected: str,
) -> None:
    repository(tmp_path, files)
    assert find(tmp_path / named) == expected.split()
    assert caplog.records == []


def test_tracked_files_are_never_ignored(tmp_path: Path) -> None:
    files = {".gitignore": "drafts/\n*.html\n", "drafts/a.md": "", "drafts/b.md": "", "c.html": ""}
    repository(tmp_path, files)
    git(tmp_path, "add", "-f", "drafts/a.md", "c.html")
    assert find(tmp_path) == ["c.html", "drafts/a.md"]


def test_nested_repositories_have_rules_of_their_own(tmp_path: Path) -> None:
    repository(tmp_path / "x/inner", {".gitignore": "a.md\n", "a.md": "", "b.md": "", "c.md": ""})
    repository(tmp_path, {".gitignore": "b.md\nother/\n", "a.md": "", "x/b.md": ""})
    repository(tmp_path / "other", {"a.md": ""})
    assert find(tmp_path) == ["a.md", "x/inner/b.md", "x/inner/c.md"]


def test_the_repository_that_calls_us_as_a_hook_is_not_taken_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path / "a", {".gitignore": "x.md\n", "x.md": "", "y.md": ""})
    repository(tmp_path / "b", {".gitignore": "y.md\n", "x.md": "", "y.md": ""})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "b/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "b"))
    assert find(tmp_path / "a") == ["y.md"]


def test_names_with_newlines_and_beyond_utf8(tmp_path: Path) -> None:
    repository(tmp_path, {".gitignore": "*.md\n!a*\n", "a\n.md": "", "b\n.md": "", "é.md": ""})
    (tmp_path / os.fsdecode(b"a\xff.md")).touch()
    (tmp_path / os.fsdecode(b"b\xff.md")).touch()
    assert find(tmp_path) == ["a\n.md", os.fsdecode(b"a\xff.md")]


def test_include_speaks_louder_than_git(tmp_path: Path) -> None:
    files = {".gitignore": "out/\nb.md\n", "a.md": "", "b.md": "", "out/c.md": "", "out/d/e.md": ""}
    repository(tmp_path, files)
    included = SourceSettings(include=("out/**", "b.md"))
    assert find(tmp_path, settings=included) == ["a.md", "b.md", "out/c.md", "out/d/e.md"]


def test_a_named_file_is_taken_though_ignored(tmp_path: Path) -> None:
    repository(tmp_path, {".gitignore": "*\n", "a.md": ""})
    assert find(tmp_path / "a.md") == ["a.md"]


def test_ignored_files_are_not_copied(tmp_path: Path) -> None:
    repository(tmp_path, {".gitignore": "*.psd\n", "a.md": "", "b.psd": "", "c.png": ""})
    assert find(tmp_path, want_all=True) == [".gitignore", "a.md", "c.png"]


def test_without_git_nothing_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    repository(tmp_path, {".gitignore": "b.md\n", "a.md": "", "b.md": ""})
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find(tmp_path) == ["a.md", "b.md"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_where_git_refuses_nothing_is_ignored_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    repository(tmp_path, {".gitignore": "b.md\n", "a.md": "", "b.md": ""})
    # git's own test hook for a repository that belongs to somebody else
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert find(tmp_path) == ["a.md", "b.md"]
    assert "dubious ownership" in caplog.text
    assert str(tmp_path) in caplog.text


def test_no_program_of_the_repository_is_started(tmp_path: Path) -> None:
    repository(tmp_path, {".gitignore": "b.md\n", "a.md": "", "b.md": ""})
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    program.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(program))
    subprocess.run(["git", "status"], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "started").exists()  # git alone does start it
    (tmp_path / "started").unlink()
    assert find(tmp_path) == ["a.md"]
    assert not (tmp_path / "started").exists()


def test_outside_of_a_repository_git_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.md").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find(tmp_path) == ["a.md"]
    assert caplog.records == []
