"""What else may go wrong between two calls: races with other processes, and other systems."""

import ctypes
import errno
import fcntl
import hashlib
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from archiver import files
from archiver.errors import DiskFullError, DocumentError, RunError
from archiver.files import calls, exchange, late, locks, metadata


def before(monkeypatch, wanted, action):
    """Run *action* once, just before the first call named *wanted*."""
    left = [action]

    def hook(name, call, arguments):
        if name == wanted and left:
            left.pop()()
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)


def refusing(monkeypatch, wanted, error):
    def hook(name, call, arguments):
        if name == wanted:
            raise error
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)


def test_a_conflict_is_kept_once_and_whole(tmp_path):
    folder = str(tmp_path / "conflicts")
    kept = files.keep_conflict(folder, b"docs/post.md", b"mine")
    inode = os.stat(kept).st_ino
    assert files.keep_conflict(folder, b"docs/post.md", b"mine") == kept
    assert os.stat(kept).st_ino == inode and Path(kept).read_bytes() == b"mine"
    Path(kept).write_bytes(b"mi")  # torn by a power cut
    assert files.keep_conflict(folder, b"docs/post.md", b"mine") == kept
    assert Path(kept).read_bytes() == b"mine"
    assert os.listdir(folder) == [hashlib.sha256(b"mine").hexdigest()[:16] + "-post.md"]


def test_a_copy_that_fails_leaves_what_stood_there(tmp_path, monkeypatch):
    source, target = tmp_path / "a.css", tmp_path / "out" / "a.css"
    source.write_bytes(b"new")
    target.parent.mkdir()
    target.write_bytes(b"older")
    os.utime(target, ns=(1, 1))
    refusing(monkeypatch, "write", OSError(errno.ENOSPC, "injected"))
    with pytest.raises(DiskFullError):
        files.copy_file(str(source), str(target))
    assert target.read_bytes() == b"older"
    assert os.listdir(target.parent) == ["a.css"]


def test_a_folder_swapped_for_a_link_meanwhile_is_not_followed(tmp_path, monkeypatch):
    root, outside = tmp_path / "site", tmp_path / "outside"
    for folder in (root / "posts", outside):
        folder.mkdir(parents=True)
        (folder / "a.md").write_bytes(folder.name.encode())

    def swap():
        (root / "posts").rename(root / "away")
        (root / "posts").symlink_to(outside)

    before(monkeypatch, "open", swap)
    with pytest.raises(DocumentError, match="a link out of its folder"):
        files.read_document(str(root / "posts" / "a.md"), str(root))


@pytest.mark.parametrize("number", exchange.CANNOT_EXCHANGE)
def test_without_renameat2_a_link_takes_no_place(tmp_path, monkeypatch, number):
    source, target = tmp_path / "new", tmp_path / "name"
    source.write_bytes(b"new")
    refusing(monkeypatch, "rename_new", OSError(number, "no such call"))
    exchange.rename_new(str(source), str(target))
    assert target.read_bytes() == b"new" and not source.exists()
    source.write_bytes(b"newer")
    with pytest.raises(FileExistsError):
        exchange.rename_new(str(source), str(target))
    assert target.read_bytes() == b"new" and source.read_bytes() == b"newer"


def test_a_c_library_without_renameat2(tmp_path, monkeypatch):
    """Pretended: another system's."""
    (tmp_path / "new").write_bytes(b"new")
    exchange._renameat2.cache_clear()
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: SimpleNamespace())
    try:
        exchange.rename_new(str(tmp_path / "new"), str(tmp_path / "name"))
        with files.folders.open_folder(str(tmp_path)) as fd, pytest.raises(OSError) as caught:
            exchange.exchange(b"name", b"other", fd)
    finally:
        exchange._renameat2.cache_clear()
    assert caught.value.errno in exchange.CANNOT_EXCHANGE
    assert os.listdir(tmp_path) == ["name"]


def test_a_folder_that_another_process_makes_meanwhile(tmp_path, monkeypatch):
    before(monkeypatch, "mkdir", (tmp_path / "a").mkdir)
    files.make_folders(str(tmp_path / "a" / "b"))
    assert (tmp_path / "a" / "b").is_dir()


def test_a_state_folder_that_another_process_makes_meanwhile(tmp_path, monkeypatch):
    state = tmp_path / ".archiver"

    def make():
        state.mkdir()
        (state / ".gitignore").write_text("theirs")

    before(monkeypatch, "mkdir", make)
    files.make_state_folder(str(state))
    assert (state / ".gitignore").read_text() == "theirs"


def test_names_of_what_is_no_folder(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert files.list_names(os.fsencode(tmp_path)) == [b"file"]
    assert files.list_names(os.fsencode(tmp_path / "none")) == []
    assert files.list_names(os.fsencode(tmp_path / "file")) == []


def test_late_writes_ask_for_as_many_files_as_they_may_have(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    try:
        late.LateWrites(str(tmp_path))
        raised, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert raised == min(hard, 8192) if hard != resource.RLIM_INFINITY else raised == 8192
        late.LateWrites(str(tmp_path))
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == raised
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("error", [OSError(errno.ENOLCK, "injected"), KeyboardInterrupt()])
def test_a_lock_that_cannot_be_taken_is_not_left_open(tmp_path, monkeypatch, error):
    path = str(tmp_path / ".archiver" / "lock")
    opened = []

    def hook(name, call, arguments):
        if name == "flock":
            opened.append(arguments[0])
            raise error
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    with pytest.raises(RunError if isinstance(error, OSError) else KeyboardInterrupt):
        files.lock(path)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


def test_a_lock_of_nobody_is_said_to_be_of_one_who_cannot_be_told(tmp_path):
    with (tmp_path / "lock").open("w") as file:
        assert locks.describe_holder(file.fileno()) == "a process that cannot be told from here"


def test_a_holder_that_has_ended_is_named_by_its_number(tmp_path, monkeypatch):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr(locks, "_holder_pid", lambda fd: ended.pid)
    with (tmp_path / "lock").open("w") as file:
        assert locks.describe_holder(file.fileno()) == f"process {ended.pid}"


def test_without_proc_no_holder_is_named(tmp_path, monkeypatch):
    """Pretended: another system."""
    monkeypatch.setattr(locks, "Path", lambda path: tmp_path / path.strip("/"))
    with (tmp_path / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert locks.describe_holder(file.fileno()) == "a process that cannot be told from here"


def attributes_after_copying(tmp_path, source, target):
    """The attributes of a file with those of *target* that was made like one with *source*."""
    for name, values in (("source", source), ("target", target)):
        (tmp_path / name).write_bytes(b"")
        for attribute, value in values.items():
            os.setxattr(tmp_path / name, attribute, value)
    _, snapshot = files.read_document(str(tmp_path / "source"))
    with (tmp_path / "source").open() as one, (tmp_path / "target").open() as other:
        metadata.copy_metadata(one.fileno(), other.fileno(), snapshot)
    return {
        name: os.getxattr(tmp_path / "target", name) for name in os.listxattr(tmp_path / "target")
    }


def test_attributes_become_those_of_the_old_file(tmp_path):
    """A new file may have got some from its folder."""
    source = {"user.same": b"1", "user.other": b"2", "user.only": b"3"}
    target = {"user.same": b"1", "user.other": b"x", "user.inherited": b"4"}
    assert attributes_after_copying(tmp_path, source, target) == source


def test_a_system_without_attributes(tmp_path, monkeypatch):
    """Pretended: macOS has other calls."""
    snapshot_of = files.read_document
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "b").write_bytes(b"")
    (tmp_path / "a").chmod(0o640)
    _, snapshot = snapshot_of(str(tmp_path / "a"))
    monkeypatch.delattr(os, "listxattr")
    with (tmp_path / "a").open() as one, (tmp_path / "b").open() as other:
        metadata.copy_metadata(one.fileno(), other.fileno(), snapshot)
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_asked_for_attributes_has_none(tmp_path):
    fd = os.open(tmp_path, os.O_PATH)  # refused by the system, like a file system without any
    try:
        assert metadata._attributes(fd) == {}
    finally:
        os.close(fd)


def test_a_new_file_that_fails_leaves_nothing(tmp_path, monkeypatch):
    refusing(monkeypatch, "fsync", OSError(errno.EIO, "injected"))
    with pytest.raises(RunError):
        files.write_new(str(tmp_path / "post.md"), b"bytes")
    assert os.listdir(tmp_path) == []


def test_a_copy_into_the_spool_that_fails_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(b"picture")
    refusing(monkeypatch, "write", OSError(errno.ENOSPC, "injected"))
    with pytest.raises(DiskFullError):
        files.spool_copy(str(tmp_path / "a.png"), str(tmp_path / "tmp"), 100)
    assert os.listdir(tmp_path / "tmp") == []
