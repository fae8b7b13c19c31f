"""Which files a name stands for: real trees, real links, real FIFOs."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from archiver.errors import UsageError
from archiver.sources import SourceFile, SourceSettings, find_documents

NOTHING = SourceSettings()


def plant(root: Path, *names: str) -> None:
    """Make files that hold their own name; a name with a final slash is a folder."""
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.fsencode(name))


def names_of(files: Iterable[SourceFile]) -> list[str]:
    return [os.fsdecode(file.relative) for file in files]


# planted names, settings → the documents, in order
FOLDERS = {
    "suffixes of documents, in any case": (
        "a.md b.markdown c.HTML d.htm e.xhtml f.xml g.rss h.atom i.json j.svg K.CSS l.txt m.png md",
        NOTHING,
        "K.CSS a.md b.markdown c.HTML d.htm e.xhtml f.xml g.rss h.atom i.json j.svg",
    ),
    "files of a folder before its subfolders, both by name": (
        "b/1.md b/2.md b.md a/z/1.md a/2.md c.md",
        NOTHING,
        "b.md c.md a/2.md a/z/1.md b/1.md b/2.md",
    ),
    "hidden files count, hidden folders don't": (
        ".draft.md .obsidian/a.md .git/a.md .well-known/a.html",
        NOTHING,
        ".draft.md",
    ),
    "packages and our own temporary files": (
        "node_modules/p/readme.md x/node_modules/p.md .post.md.20250101.arch~ a.md",
        NOTHING,
        "a.md",
    ),
    "output named by its underscore": ("_site/a.html a.html x/_site/a.html", NOTHING, "a.html"),
    "public without a generator is a folder": (
        "public/a.html dist/a.md",
        NOTHING,
        "dist/a.md public/a.html",
    ),
    "public beside Hugo's config is output": (
        "hugo.toml public/a.html content/a.md dist/a.md",
        NOTHING,
        "content/a.md dist/a.md",
    ),
    "public of a site in a subfolder": (
        "blog/_config.yml blog/scaffolds/ blog/public/a.html blog/source/a.md public/a.md",
        NOTHING,
        "blog/source/a.md public/a.md",
    ),
    "public of Astro is what a person wrote": (
        "astro.config.mjs public/a.svg dist/a.html",
        NOTHING,
        "public/a.svg",
    ),
    "include another suffix": (
        "a.md b.txt x/c.txt",
        SourceSettings(include=("*.txt",)),
        "a.md b.txt x/c.txt",
    ),
    "include anchored at the root": (
        "a.md b.txt x/b.txt",
        SourceSettings(include=("/b.txt",)),
        "a.md b.txt",
    ),
    "include a folder that is passed over": (
        ".notes/a.md .notes/deep/b.md .notes/c.png .other/d.md _site/e.html",
        SourceSettings(include=(".notes/**",)),
        ".notes/a.md .notes/deep/b.md",
    ),
    "include a folder by its name alone": (
        "x/_site/a.html x/_site/b.png .n/c.md",
        SourceSettings(include=("_site",)),
        "x/_site/a.html",
    ),
    "include one file deep in a folder that is passed over": (
        "node_modules/mine/docs/a.md node_modules/other/a.md node_modules/a.md",
        SourceSettings(include=("node_modules/mine/docs/*.md",)),
        "node_modules/mine/docs/a.md",
    ),
    "a wild include doesn't open what it doesn't spell": (
        "node_modules/a.txt .x/a.txt .git/a.txt b.txt",
        SourceSettings(include=("**", "*.txt")),
        "b.txt",
    ),
    "git's own folder stays closed": (
        ".git/a.md a.md",
        SourceSettings(include=(".git/**", ".git")),
        "a.md",
    ),
    "exclude a name at any depth": (
        "a.md draft-1.md x/draft-2.md",
        SourceSettings(exclude=("draft-*",)),
        "a.md",
    ),
    "exclude a folder": (
        "a.md x/b.md x/y/c.md z/x/d.md",
        SourceSettings(exclude=("x/",)),
        "a.md",
    ),
    "exclude below one folder only": (
        "a.md x/b.md x/y/c.md z/x/d.md",
        SourceSettings(exclude=("x/**",)),
        "a.md z/x/d.md",
    ),
    "exclude wins": (
        "a.txt b.txt",
        SourceSettings(include=("*.txt",), exclude=("b.*",)),
        "a.txt",
    ),
}


@pytest.mark.parametrize(("planted", "settings", "expected"), FOLDERS.values(), ids=FOLDERS.keys())
def test_find_in_a_folder(
    tmp_path: Path, planted: str, settings: SourceSettings, expected: str
) -> None:
    plant(tmp_path, *planted.split())
    assert names_of(find_documents([str(tmp_path)], settings)) == expected.split()


# pattern → the documents; the tree is the same for all
TREE = "a.md b.md b.txt .n/h.md 2024/01/a.md 2024/01/b.png 2024/02/a.md 2025/a.md 2025/deep/x/a.md"
GLOBS = {
    "one segment": ("*.md", "a.md b.md"),
    "a suffix of its own": ("*.txt", "b.txt"),
    "whatever stands there": (
        "*",
        "a.md b.md 2024/01/a.md 2024/02/a.md 2025/a.md 2025/deep/x/a.md",
    ),
    "folders by pattern": ("2024/*/a.md", "01/a.md 02/a.md"),
    "folders that match are walked": ("202[5-9]", "2025/a.md 2025/deep/x/a.md"),
    "any depth": ("2025/**/a.md", "a.md deep/x/a.md"),
    "all below": ("2024/**", "01/a.md 02/a.md"),
    "one character": ("?.md", "a.md b.md"),
    "not one of a set": ("[!a].md", "b.md"),
    "a hidden folder that is spelled": (".n/*", "h.md"),
    "nothing": ("*.rst", ""),
}


@pytest.mark.parametrize(("pattern", "expected"), GLOBS.values(), ids=GLOBS.keys())
def test_find_by_glob(tmp_path: Path, pattern: str, expected: str) -> None:
    plant(tmp_path, *TREE.split())
    found = find_documents([str(tmp_path / pattern)], NOTHING)
    assert names_of(found) == expected.split()


def test_a_name_with_brackets_is_first_of_all_a_name(tmp_path: Path) -> None:
    plant(tmp_path, "[a].md", "a.md", "x[1]/b.md")
    named = [str(tmp_path / "[a].md"), str(tmp_path / "x[1]")]
    assert names_of(find_documents(named, NOTHING)) == ["[a].md", "b.md"]


def test_a_file_is_described_from_its_stat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "图 & 'q\"#%20 .md"
    plant(tmp_path, f"posts/{name}")
    monkeypatch.chdir(tmp_path)
    status = (tmp_path / "posts" / name).stat()
    (file,) = find_documents(["posts"], NOTHING)
    root = os.fsencode(tmp_path / "posts")
    assert file == SourceFile(
        path=root + b"/" + name.encode(),
        root=root,
        relative=name.encode(),
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
    )


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff"
    plant(Path(os.fsdecode(folder)), os.fsdecode(b"\xb2\xe2.md"))
    files = list(find_documents([os.fsdecode(folder)], NOTHING))
    assert [file.path for file in files] == [folder + b"/\xb2\xe2.md"]


def test_a_named_file_is_taken_whatever_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "node_modules/notes.txt", ".git/x")
    monkeypatch.chdir(tmp_path)
    settings = SourceSettings(exclude=("*",))
    files = list(find_documents(["node_modules/notes.txt", ".git/x"], settings))
    assert names_of(files) == ["notes.txt", "x"]
    assert files[0].root == os.fsencode(tmp_path / "node_modules")


def test_a_named_folder_is_walked_whatever_it_is(tmp_path: Path) -> None:
    plant(tmp_path, "hugo.toml", "public/a.md", ".hidden/a.md")
    named = [str(tmp_path / "public"), str(tmp_path / ".hidden")]
    assert names_of(find_documents(named, NOTHING)) == ["a.md", "a.md"]


def test_each_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "posts/a.md", "posts/b.md", "other/c.md")
    (tmp_path / "link").symlink_to("posts")
    monkeypatch.chdir(tmp_path)
    named = ["posts/b.md", "posts", "./posts/../posts/a.md", "link", "link/b.md", "posts/*.md", "."]
    files = list(find_documents(named, NOTHING))
    assert [os.path.relpath(os.fsdecode(f.path)) for f in files] == [
        "posts/b.md",
        "posts/a.md",
        "other/c.md",
    ]


def test_own_folders_are_passed_over(tmp_path: Path) -> None:
    plant(tmp_path, "a.md", "archive/b.svg", "x/out/c.md", "x/out2/d.md", "archived.md")
    (tmp_path / "alias").symlink_to("x/out")
    own = [str(tmp_path / "archive"), str(tmp_path / "alias"), str(tmp_path / "not-there-yet")]
    everything = SourceSettings(include=("archive/**", "**", "archive", "x/out/*"))
    found = find_documents([str(tmp_path)], everything, own)
    assert names_of(found) == ["a.md", "archived.md", "x/out2/d.md"]


def test_an_own_folder_that_is_named_is_walked(tmp_path: Path) -> None:
    plant(tmp_path, "a.md", "archive/b.svg")
    own = [str(tmp_path), str(tmp_path / "archive")]
    assert names_of(find_documents([str(tmp_path)], NOTHING, own)) == ["a.md"]


def test_links(tmp_path: Path) -> None:
    plant(tmp_path, "outside.md", "root/a.md", "root/sub/b.md", "folder/c.md", "root-2/d.md")
    root = tmp_path / "root"
    (root / "to-file.md").symlink_to("sub/b.md")
    (root / "to-folder").symlink_to("../folder")
    (root / "to-folder.md").symlink_to("sub")
    (root / "to-outside.md").symlink_to("../outside.md")
    (root / "to-neighbour.md").symlink_to("../root-2/d.md")
    (root / "to-nothing.md").symlink_to("nowhere.md")
    (root / "to-itself.md").symlink_to("to-itself.md")
    files = list(find_documents([str(root)], NOTHING, want_all=True))
    assert [(os.fsdecode(f.relative), f.is_link) for f in files] == [
        ("a.md", False),
        ("to-file.md", True),
        ("sub/b.md", False),
    ]
    assert files[1].inode == files[2].inode


def test_a_named_link_is_taken(tmp_path: Path) -> None:
    plant(tmp_path, "elsewhere/a.md", "root/")
    (tmp_path / "root/link.md").symlink_to("../elsewhere/a.md")
    (file,) = find_documents([str(tmp_path / "root/link.md")], NOTHING)
    assert (file.path, file.is_link) == (os.fsencode(tmp_path / "root/link.md"), True)


def test_other_files_are_for_copying(tmp_path: Path) -> None:
    planted = "a.md b.png .nojekyll x/c.js .git/config node_modules/d.js .x.1.arch~ no.gif"
    plant(tmp_path, *planted.split())
    os.mkfifo(tmp_path / "pipe")
    settings = SourceSettings(exclude=("no.*",))
    found = find_documents([str(tmp_path)], settings, want_all=True)
    assert [(os.fsdecode(f.relative), f.is_document) for f in found] == [
        (".nojekyll", False),
        ("a.md", True),
        ("b.png", False),
        ("x/c.js", False),
    ]


def test_a_glob_copies_nothing_else(tmp_path: Path) -> None:
    plant(tmp_path, "a.md", "b.png")
    found = find_documents([str(tmp_path / "*")], NOTHING, want_all=True)
    assert names_of(found) == ["a.md"]


def test_special_files_in_a_folder_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    (tmp_path / "b.md").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "c.md"))
        assert names_of(find_documents([str(tmp_path)], NOTHING, want_all=True)) == []


# what is named → a part of the message
REFUSED = {
    "nothing there": ("posts", "posts: No such file or directory"),
    "a glob in a folder that isn't there": ("psots/*.md", "psots/*.md: No such file"),
    "a FIFO": ("pipe", "pipe: is a FIFO"),
    "a device": ("/dev/null", "/dev/null: is a device"),
    "an empty name": ("", "an empty name"),
    "standard input": ("-", "standard input"),
    "a page": ("https://me:pw@h.example/a?t=secret", "https://h.example/a?t=…: is a URL"),
    "a NUL": ("a\0b", "embedded null"),
    "a name too long": ("x" * 300, "File name too long"),
}


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_before_the_first_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    plant(tmp_path, "good.md")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refusal:
        find_documents(["good.md", source], NOTHING)
    assert message in str(refusal.value)


def test_a_folder_that_cannot_be_listed_is_told_and_the_walk_goes_on(tmp_path: Path) -> None:
    plant(tmp_path, "z.md")
    deep = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):  # 20 × 250 bytes is more than a path may have: scandir gives ENAMETOOLONG
        os.mkdir("d" * 250, dir_fd=deep)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = below
    os.close(deep)
    told: list[bytes] = []
    found = find_documents(
        [str(tmp_path)], NOTHING, on_unreadable=lambda path, _: told.append(path)
    )
    assert names_of(found) == ["z.md"]
    assert len(told) == 1
    assert told[0].startswith(os.fsencode(tmp_path / ("d" * 250)))


def test_very_deep_folders(tmp_path: Path) -> None:
    levels = 1200  # more than Python's stack
    path = tmp_path / "top"
    for _ in range(levels):
        path.mkdir()
        path = path / "d"
    path.write_text("x")
    path.rename(path.parent / "a.md")
    try:
        (file,) = find_documents([str(tmp_path)], NOTHING)
        assert file.relative.count(b"/") == levels
    finally:  # pytest's own clean-up is recursive
        subprocess.run(["rm", "-rf", tmp_path / "top"], check=True)


def test_the_walk_is_lazy_and_survives_files_that_vanish(tmp_path: Path) -> None:
    plant(tmp_path, "a.md", "b.md", "c.md", "x/d.md")
    walk = find_documents([str(tmp_path)], NOTHING)
    assert next(walk).relative == b"a.md"
    (tmp_path / "b.md").unlink()
    (tmp_path / "x/d.md").unlink()
    (tmp_path / "x").rmdir()
    assert names_of(walk) == ["c.md"]
