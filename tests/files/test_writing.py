"""Whole files: new ones, copies, the state folder, a file that grows."""

import errno
import os
import stat

import pytest

from archiver import files
from archiver.errors import ConflictError, DiskFullError, DocumentError, PictureError
from archiver.files import calls


def test_write_new_makes_the_folders_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "a" / "b" / "post.md"
    snapshot = files.write_new(str(path), b"bytes", mode=0o640)
    assert path.read_bytes() == b"bytes"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(path.parent) == ["post.md"]
    assert files.read_document(os.fsencode(path))[0] == b"bytes"
    assert (snapshot.inode, snapshot.mtime_ns) == (path.stat().st_ino, path.stat().st_mtime_ns)


def test_write_new_does_nothing_where_the_bytes_stand(tmp_path):
    path = tmp_path / "post.md"
    files.write_new(str(path), b"bytes")
    before = path.stat()
    files.write_new(str(path), b"bytes")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_write_new_replaces_other_bytes_only_when_told(tmp_path):
    path = tmp_path / "post.md"
    path.write_bytes(b"mine")
    with pytest.raises(ConflictError):
        files.write_new(str(path), b"ours")
    assert path.read_bytes() == b"mine"
    files.write_new(str(path), b"ours", replace=True)
    assert path.read_bytes() == b"ours"
    assert os.listdir(tmp_path) == ["post.md"]


def test_write_new_where_a_file_is_in_the_way(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(DocumentError):
        files.write_new(str(tmp_path / "a" / "post.md"), b"x")


def test_every_new_folder_is_synced_in_its_parent(tmp_path, monkeypatch):
    synced = []

    def hook(name, call, arguments):
        if name == "fsync":
            synced.append(os.readlink(f"/proc/self/fd/{arguments[0]}"))
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    files.write_new(str(tmp_path / "a" / "b" / "post.md"), b"x")
    assert {str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a" / "b")} <= set(synced)


def test_state_folder_is_private_and_hides_all_but_the_journal(tmp_path):
    state = tmp_path / ".archiver"
    files.make_state_folder(str(state))
    files.make_state_folder(str(state))
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert "!/journal/" in (state / ".gitignore").read_text().splitlines()


def test_spool_copy(tmp_path):
    (tmp_path / "a.png").write_bytes(b"picture")
    download = files.spool_copy(str(tmp_path / "a.png"), str(tmp_path / "tmp"), 100)
    assert files.read_bytes(download.path) == b"picture"
    assert download.size_bytes == 7
    with pytest.raises(PictureError, match="too_big"):
        files.spool_copy(str(tmp_path / "a.png"), str(tmp_path / "tmp"), 6)
    with pytest.raises(FileNotFoundError):
        files.spool_copy(str(tmp_path / "b.png"), str(tmp_path / "tmp"), 6)
    os.mkfifo(tmp_path / "c.png")
    with pytest.raises(PictureError, match="not a regular file"):
        files.spool_copy(str(tmp_path / "c.png"), str(tmp_path / "tmp"), 6)
    assert len(os.listdir(tmp_path / "tmp")) == 1


def test_write_new_takes_away_what_a_killed_run_left(tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    is_dead = []

    def die(name, call, arguments):
        if name == "rename_new" or is_dead:
            is_dead.append(True)
            raise Killed
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", die)
    with pytest.raises(Killed):
        files.write_new(str(tmp_path / "post.md"), b"x")
    assert len(os.listdir(tmp_path)) == 1
    monkeypatch.setattr(calls, "hook", None)
    files.write_new(str(tmp_path / "post.md"), b"x")
    assert os.listdir(tmp_path) == ["post.md"]


def test_append_file_is_made_by_the_first_append(tmp_path):
    file = files.AppendFile(str(tmp_path / "journal" / "x.ndjson"))
    file.sync()
    file.close()
    assert os.listdir(tmp_path) == []
    file.append(b"a\n")
    file.append(b"b\n")
    file.sync()
    file.close()
    path = tmp_path / "journal" / "x.ndjson"
    assert path.read_bytes() == b"a\nb\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["write", "fdatasync"])
def test_append_file_takes_no_more_after_a_failure(tmp_path, monkeypatch, name):
    file = files.AppendFile(str(tmp_path / "x.ndjson"))
    file.append(b"a\n")

    def hook(called, call, arguments):
        if called == name:
            raise OSError(errno.ENOSPC, "injected")
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    with pytest.raises(DiskFullError):
        file.append(b"b\n")
        file.sync()
    monkeypatch.setattr(calls, "hook", None)
    with pytest.raises(DiskFullError, match="injected"):
        file.append(b"c\n")
    with pytest.raises(DiskFullError, match="injected"):
        file.sync()
    file.close()


def test_the_reserve(tmp_path):
    files.check_reserve(str(tmp_path), files.Reserve(0, 0.0))
    with pytest.raises(DiskFullError, match="in reserve"):
        files.check_reserve(str(tmp_path), files.Reserve(2**60, 0.0))
    with pytest.raises(DiskFullError, match="in reserve"):
        files.check_reserve(str(tmp_path), files.Reserve(0, 0.0), wanted_bytes=2**60)
