"""``archiver check --since REF``: only what a change adds, in real git repositories."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from checks import found_in
from hypothesis import given, settings
from hypothesis import strategies as st
from program import run_archiver, snapshot_of
from samples import examples

from archiver.checking.problems import added_places
from archiver.errors import UsageError

ONE, TWO = "![](https://a.example/1.png)\n", "![](https://a.example/2.png)\n"
LONG = "".join(f"line {n} of a post that is long enough to be known again\n" for n in range(20))


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x", "--allow-empty")


def repository(folder: Path, files: dict[str, str]) -> Path:
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "maintenance.auto", "false")  # a newer git tidies up behind our back
    change(folder, files)
    commit(folder)
    git(folder, "checkout", "-qb", "topic")
    return folder


def change(folder: Path, files: dict[str, str | None]) -> None:
    """Write *files*; None removes one, ``→ name`` renames it."""
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink()
        elif text.startswith("→ "):
            (folder / text[2:]).parent.mkdir(parents=True, exist_ok=True)
            path.rename(folder / text[2:])
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())


# before, the change, what it adds
CHANGES = {
    "nothing": ({"a.md": ONE}, {}, []),
    "a new document": ({}, {"x/y/a.md": LONG + ONE}, ["x/y/a.md:21:5 https://a.example/1.png"]),
    "a line": ({"a.md": ONE}, {"a.md": ONE + TWO}, ["a.md:2:5 https://a.example/2.png"]),
    "above one that was there": (
        {"a.md": ONE}, {"a.md": TWO + ONE}, ["a.md:1:5 https://a.example/2.png"],
    ),
    "text beside one that was there": ({"a.md": ONE}, {"a.md": f"new {ONE}x"}, []),
    "one that moves in its document": ({"a.md": ONE + LONG}, {"a.md": LONG + ONE}, []),
    "one that is taken away": ({"a.md": ONE + TWO}, {"a.md": TWO}, []),
    "one that is shown twice now": (
        {"a.md": ONE + TWO}, {"a.md": ONE + TWO + ONE}, ["a.md:3:5 https://a.example/1.png"],
    ),
    "one that is shown twice now, first": (
        {"a.md": LONG + TWO + ONE},
        {"a.md": ONE + LONG + TWO + ONE},
        ["a.md:1:5 https://a.example/1.png"],
    ),
    "a renamed document": ({"a.md": ONE + LONG}, {"a.md": "→ x/b.md"}, []),
    "a renamed document with a new line": (
        {"a.md": ONE + LONG},
        {"a.md": "→ x/b.md", "x/b.md": ONE + LONG + TWO},
        ["x/b.md:22:5 https://a.example/2.png"],
    ),
    "a document renamed away from its picture": (
        {"a.md": "![](i.png)![](none.png)" + LONG, "i.png": ""},
        {"a.md": "→ x/a.md"},
        ["x/a.md:1:5 i.png"],
    ),
    "a document renamed with its picture": (
        {"a.md": "![](i.png)" + LONG, "i.png": "picture"},
        {"a.md": "→ x/a.md", "i.png": "→ x/i.png"},
        [],
    ),
    "a link to nothing": ({"a.md": ""}, {"a.md": "![](i.png)"}, ["a.md:1:5 i.png"]),
    "a link to nothing that was there": ({"a.md": "![](i.png)"}, {"a.md": "![](i.png)x"}, []),
    "a link and its picture": ({"a.md": ""}, {"a.md": "![](i.png)", "i.png": ""}, []),
    "a picture that goes away under a document": (
        {"x/a.md": "![](../i.png)![](none.png)", "b.md": ONE, "i.png": ""},
        {"i.png": None},
        ["x/a.md:1:5 ../i.png"],
    ),
    "a picture that is renamed under a document": (
        {"a.md": "![](i.png)", "i.png": "picture"}, {"i.png": "→ j.png"}, ["a.md:1:5 i.png"],
    ),
    "a post that wants to be archived now": (
        {"a.md": f"---\narchiver: false\n---\n{ONE}"},
        {"a.md": f"---\ntitle: x\n---\n{ONE}"},
        ["a.md:4:5 https://a.example/1.png"],
    ),
    "a post that wants to be left alone now": (
        {"a.md": ONE}, {"a.md": f"---\narchiver: false\n---\n{ONE}{TWO}"}, [],
    ),
    "a document that is gone": ({"a.md": ONE}, {"a.md": None}, []),
    "what git ignores": ({".gitignore": "b.md\n"}, {"b.md": ONE}, []),
    "names that are odd": (
        {"a b\"c'.md": ONE, "图/é\n.md": ONE},
        {"a b\"c'.md": ONE + TWO, "图/é\n.md": TWO},
        ["a b\"c'.md:2:5 https://a.example/2.png", "图/é\n.md:1:5 https://a.example/2.png"],
    ),
    "other line ends": ({"a.md": ONE + TWO}, {"a.md": (ONE + TWO).replace("\n", "\r\n")}, []),
}  # fmt: skip
KINDS: dict[str, Callable[[Path], None]] = {
    "committed": commit,
    "staged": lambda folder: git(folder, "add", "-A"),
    "in the working tree": lambda folder: None,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("before", "change_", "added"), CHANGES.values(), ids=CHANGES.keys())
def test_what_a_change_adds(
    folder: Path, before: dict[str, str], change_: dict[str, str | None], added: list[str]
) -> None:
    repository(folder, before)
    change(folder, change_)
    # Git finds renames among what it knows; the other ways differ in nothing else.
    kinds = ["committed"] if "→" in str(change_) else list(KINDS)
    for kind in reversed(kinds):
        KINDS[kind](folder)
        state = snapshot_of(folder)
        assert sorted(found_in(folder, since="main")) == sorted(added), kind
        assert snapshot_of(folder) == state, "nothing is written, not even git's index"


def test_what_the_branch_lacks_is_not_its_own(folder: Path) -> None:
    """The comparison is with where the branch began, not with what main has since."""
    repository(folder, {"a.md": ONE})
    git(folder, "checkout", "-q", "main")
    change(folder, {"a.md": ""})
    commit(folder)
    git(folder, "checkout", "-q", "topic")
    assert found_in(folder, since="main") == []
    change(folder, {"a.md": ONE + TWO})
    assert found_in(folder, since="main") == ["a.md:2:5 https://a.example/2.png"]


def test_from_a_subfolder_and_for_named_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(folder, {"x/a.md": ONE, "b.md": ONE})
    change(folder, {"x/a.md": ONE + TWO, "b.md": TWO, "x/c.md": ONE})
    monkeypatch.chdir(folder / "x")
    assert found_in(folder, since="main") == [
        "x/a.md:2:5 https://a.example/2.png", "x/c.md:1:5 https://a.example/1.png",
    ]  # fmt: skip
    assert found_in(folder, "c.md", since="HEAD") == ["x/c.md:1:5 https://a.example/1.png"]


def test_paths_for_github_count_from_the_repository(folder: Path) -> None:
    repository(folder, {"x/a.md": ""})
    change(folder, {"x/a.md": ONE})
    arguments = ("check", "--since", "main", "--format", "github")
    result = run_archiver(*arguments, cwd=folder / "x", environment={"GITHUB_WORKSPACE": ""})
    assert result.code == 3
    assert result.stdout.startswith("::error file=x/a.md,line=1,col=5::remote image")
    above = {"GITHUB_WORKSPACE": str(folder.parent)}
    result = run_archiver(*arguments, cwd=folder / "x", environment=above)
    assert result.stdout.startswith(f"::error file={folder.name}/x/a.md,")


def test_a_name_that_is_not_utf_8(folder: Path) -> None:
    repository(folder, {})
    name = os.fsdecode(b"caf\xe9.md")
    change(folder, {name: ONE})
    commit(folder)
    change(folder, {name: ONE + TWO})
    assert found_in(folder, since="HEAD") == [f"{name}:2:5 https://a.example/2.png"]


def test_a_link_in_the_place_of_a_document(folder: Path) -> None:
    repository(folder, {"a.md": ONE, "b.md": TWO})
    (folder / "a.md").unlink()
    (folder / "a.md").symlink_to("b.md")
    assert found_in(folder, since="main") == ["a.md:1:5 https://a.example/2.png"]


def test_in_a_hook(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git names its repository to a hook; another folder is another repository."""
    for name in ("one", "two"):
        (folder / name).mkdir()
        repository(folder / name, {"a.md": ""})
    change(folder, {"two/a.md": ONE})
    monkeypatch.setenv("GIT_DIR", str(folder / "one" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(folder / "one" / ".git" / "index"))
    monkeypatch.chdir(folder / "two")
    assert found_in(folder, since="main") == ["two/a.md:1:5 https://a.example/1.png"]


def test_a_document_of_another_repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
        repository(folder / name, {"a.md": ""})
    change(folder, {"two/a.md": ONE})
    monkeypatch.chdir(folder / "one")
    with pytest.raises(UsageError, match=r"two/a\.md is not in the repository here, .*/one$"):
        found_in(folder, "../two", since="main")


def break_history(folder: Path) -> None:
    git(folder, "checkout", "-q", "--orphan", "alone")
    change(folder, {"b.md": "another tree"})
    commit(folder)


REFUSED: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "no such commit": (lambda folder: None, "none", "--since none: no such commit"),
    "no commit but an option": (lambda folder: None, "--output=x", "no such commit"),
    "a file and no commit": (lambda folder: None, "main:a.md", "no such commit"),
    "no common ancestor": (break_history, "main", "no common ancestor"),
}


@pytest.mark.parametrize(("prepare", "ref", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_commit_that_cannot_be_used(
    folder: Path, prepare: Callable[[Path], None], ref: str, message: str
) -> None:
    repository(folder, {"a.md": ONE})
    prepare(folder)
    with pytest.raises(UsageError, match=message):
        found_in(folder, since=ref)


def test_a_shallow_clone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "whole").mkdir()
    whole = repository(folder / "whole", {"a.md": ONE})
    for text in (ONE + TWO, TWO):
        change(whole, {"a.md": text})
        commit(whole)
    git(whole, "checkout", "-q", "main")
    change(whole, {"b.md": "later"})
    commit(whole)
    url = f"file://{whole}"
    git(folder, "clone", "-q", "--depth=1", "--no-single-branch", "-b", "topic", url, "shallow")
    monkeypatch.chdir(folder / "shallow")
    with pytest.raises(UsageError, match="fetch-depth: 0"):
        found_in(folder, since="origin/main")


def test_without_a_repository(folder: Path) -> None:
    result = run_archiver("check", "--since", "main", cwd=folder)
    assert result.code == 2
    assert "--since main" in result.stderr and "repository" in result.stderr


KEYS = st.lists(st.sampled_from([("remote", "a"), ("remote", "b"), ("broken", b"a")]), max_size=12)


@given(KEYS, KEYS)
@settings(max_examples=examples(200))
def test_as_many_are_new_as_there_are_more(
    old: list[tuple[str, str]], new: list[tuple[str, str]]
) -> None:
    places = added_places(old, new)
    assert Counter(new[place] for place in places) == Counter(new) - Counter(old)
    assert places == sorted(set(places))


@pytest.mark.parametrize("since", [(), ("--since", "main")])
def test_a_document_that_cannot_be_read(since: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "away.md").write_text(ONE)
    (tmp_path / "site").mkdir()
    folder = repository(tmp_path / "site", {"a.md": "a\n"})
    (folder / "link.md").symlink_to("../away.md")
    change(folder, {"b.md": ONE})
    result = run_archiver("check", "a.md", "b.md", "link.md", *since, cwd=folder)
    assert result.code == 3 and "b.md:1:5: " in result.stdout
    assert "link.md: a link out of its folder" in result.stdout + result.stderr


def test_history_that_git_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a partial clone whose remote is gone; and without git altogether."""
    folder = repository(tmp_path, {"a.md": ONE})
    change(folder, {"a.md": TWO})
    monkeypatch.chdir(folder)
    blob = git_says(folder, "rev-parse", "HEAD:a.md")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(UsageError, match=f"read .*{blob}"):
        found_in(folder, since="main")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git, which is not installed"):
        found_in(folder, since="main")


def git_says(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()
