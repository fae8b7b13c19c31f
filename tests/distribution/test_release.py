"""scripts/release: what it refuses, and a release of this very tree."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from required import is_full_run
from wheelhouse import PROJECT, build, make_wheelhouse, names_needed, read_wheel

import archiver

VERSION = archiver.__version__
HEADING = f"## {VERSION} - 2026-01-02\n"
CHANGELOG = f"# Changelog\n\n{HEADING}\n- It works.\n\n## 0.0.1\n\n- A start.\n"
WHO = {
    f"GIT_{who}_{what}": "a@b.example"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=os.environ | WHO, check=True, capture_output=True, text=True)
    return done.stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "all")


def release(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    around = os.environ | WHO | {"VIRTUAL_ENV": sys.prefix} | environment
    command = [str(folder / "scripts" / "release"), *arguments]
    return subprocess.run(command, env=around, capture_output=True, text=True, check=False)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A repository of the files that are looked at first; its checks fail, aloud."""
    folder = tmp_path / "small"
    for name in ("scripts/release", "archiver/__init__.py"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes((PROJECT / name).read_bytes())
    (folder / "scripts" / "check").write_text("#!/bin/sh\necho checked; exit 9\n")
    for script in (folder / "scripts").iterdir():
        script.chmod(0o755)
    (folder / "CHANGELOG.md").write_text(CHANGELOG)
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    commit(folder)
    return folder


def on_another_branch(folder: Path) -> None:
    git(folder, "switch", "--quiet", "--create", "idea")


def with_a_change(folder: Path) -> None:
    (folder / "notes.txt").touch()


def tagged_before(folder: Path) -> None:
    git(folder, "tag", f"v{VERSION}")


def after_a_newer_one(folder: Path) -> None:
    git(folder, "tag", "v90.0.0")


def with_a_word_as_version(folder: Path) -> None:
    (folder / "archiver" / "__init__.py").write_text('__version__ = "next"\n')
    commit(folder)


def without_a_section(folder: Path) -> None:
    (folder / "CHANGELOG.md").write_text(CHANGELOG.replace(HEADING, f"## {VERSION}0\n"))
    commit(folder)


def with_unreleased_changes(folder: Path) -> None:
    (folder / "CHANGELOG.md").write_text(
        CHANGELOG.replace(HEADING, f"## Unreleased\n\n- x\n{HEADING}")
    )
    commit(folder)


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "another branch": (on_another_branch, "not on main"),
    "a change": (with_a_change, "the tree has changes"),
    "tagged before": (tagged_before, f"expected a version above {VERSION}"),
    "older than the last": (after_a_newer_one, "expected a version above 90.0.0"),
    "no version": (with_a_word_as_version, '__version__ = "next": expected a version above 0'),
    "no section": (without_a_section, f'CHANGELOG.md: nothing under "## {VERSION}"'),
    "unreleased changes": (with_unreleased_changes, "CHANGELOG.md: give Unreleased the title"),
}


@pytest.mark.parametrize(("prepare", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(small: Path, prepare: Callable[[Path], None], message: str) -> None:
    prepare(small)
    done = release(small)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("release: ") and message in done.stderr


def test_an_unknown_argument_is_named(small: Path) -> None:
    done = release(small, "--dry")
    assert (done.returncode, done.stdout) == (2, "")
    assert "unknown argument: --dry;" in done.stderr


def test_failing_checks_end_it(small: Path) -> None:
    done = release(small)
    assert (done.returncode, done.stdout) == (9, "checked\n")
    assert git(small, "tag") == ""


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A repository of this tree as its source distribution has it; its checks are left out."""
    (source,) = build(tmp_path / "source", "--sdist")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / source.name.removesuffix(".tar.gz")
    (folder / "scripts" / "check").write_text("#!/bin/sh\necho checked\n")
    (folder / "CHANGELOG.md").write_text(CHANGELOG)
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    commit(folder)
    return folder


@pytest.mark.skipif(not is_full_run(), reason="--full: pip takes a while")
def test_a_release(whole: Path, tmp_path: Path) -> None:
    (wheel,) = build(tmp_path / "wheel", "--wheel")
    needed = names_needed(read_wheel(wheel).requires or [])
    offline = {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(make_wheelhouse(tmp_path / "wheels", needed)),
    }
    tried = release(whole, "--dry-run", **offline)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert tried.stdout.startswith("checked\n") and "6 images: 1 gone, 5 stored" in tried.stdout
    assert git(whole, "tag") == git(whole, "status", "--porcelain") == ""
    done = release(whole, **offline)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"git push origin main v{VERSION} && " in done.stdout
    assert git(whole, "tag", "--list", "--format=%(refname:short) %(contents)").split() == [
        f"v{VERSION}", "-", "It", "works.",
    ]  # fmt: skip
    assert sorted(path.suffix for path in (whole / "dist").iterdir()) == [".gz", ".whl"]
