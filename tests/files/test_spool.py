"""Temporary files for downloads."""

import errno
import os
import stat

import pytest

from archiver.errors import DiskFullError, RunError
from archiver.files import calls, clear_spool, open_spool, read_bytes, write_spool


def test_bytes_arrive_in_a_private_file_of_a_new_folder(tmp_path):
    spool = open_spool(str(tmp_path / "state" / "tmp"))
    spool.write(b"a" * 3)
    spool.write(b"b")
    spool.close()
    spool.close()
    file = tmp_path / "state" / "tmp" / spool.path.rpartition("/")[2]
    assert file.read_bytes() == b"aaab"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_discard_removes_the_file_and_once_more_does_nothing(tmp_path):
    spool = open_spool(str(tmp_path))
    spool.write(b"x")
    spool.discard()
    spool.discard()
    assert list(tmp_path.iterdir()) == []


def test_every_file_has_its_own_name(tmp_path):
    spools = [open_spool(str(tmp_path)) for _ in range(20)]
    assert len({spool.path for spool in spools}) == 20
    for spool in spools:
        spool.close()


def test_clear_removes_only_our_own_files(tmp_path):
    open_spool(str(tmp_path)).close()
    (tmp_path / "notes.txt").write_text("mine")
    clear_spool(str(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]
    clear_spool(str(tmp_path / "missing"))


def test_a_write_taken_in_parts_is_finished(tmp_path, monkeypatch):
    def three_at_a_time(name, action, arguments):
        if name == "write":
            arguments = (arguments[0], arguments[1][:3])
        return action(*arguments)

    monkeypatch.setattr(calls, "hook", three_at_a_time)
    spool = open_spool(str(tmp_path))
    spool.write(b"0123456789")
    spool.close()
    assert next(tmp_path.iterdir()).read_bytes() == b"0123456789"


ERRORS = {
    "no space": (errno.ENOSPC, DiskFullError),
    "quota": (errno.EDQUOT, DiskFullError),
    "broken disk": (errno.EIO, RunError),
}


@pytest.mark.parametrize(("number", "expected"), ERRORS.values(), ids=ERRORS.keys())
def test_errors_of_the_disk(tmp_path, monkeypatch, number, expected):
    spool = open_spool(str(tmp_path))

    def fail(name, action, arguments):
        if name == "write":
            raise OSError(number, "injected")
        return action(*arguments)

    monkeypatch.setattr(calls, "hook", fail)
    with pytest.raises(expected, match="injected"):
        spool.write(b"x")
    spool.discard()
    assert list(tmp_path.iterdir()) == []


def test_bytes_that_cannot_all_be_written_leave_no_file(tmp_path, monkeypatch):
    path = write_spool(str(tmp_path), b"bytes")
    assert os.listdir(tmp_path) == [os.path.basename(path)]
    assert read_bytes(path) == b"bytes"

    def hook(name, call, arguments):
        if name == "write":
            raise OSError(errno.ENOSPC, "injected")
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    with pytest.raises(DiskFullError):
        write_spool(str(tmp_path), b"bytes")
    assert os.listdir(tmp_path) == [os.path.basename(path)]


def test_a_folder_that_another_thread_makes_meanwhile_will_do(tmp_path, monkeypatch):
    def hook(name, call, arguments):
        if name == "mkdir":
            os.makedirs(arguments[0], exist_ok=True)
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    open_spool(str(tmp_path / "a" / "b")).close()
    assert len(os.listdir(tmp_path / "a" / "b")) == 1
