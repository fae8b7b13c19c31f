"""Blobs get their name once, durable, whatever the file system can do."""

import errno
import os
import stat
import threading

import pytest

from archiver import files
from archiver.errors import DiskFullError, RunError
from archiver.files import calls


@pytest.fixture
def spool(tmp_path):
    """Makes a temporary file with the given bytes; its path."""

    def make(data):
        file = files.open_spool(str(tmp_path / "tmp"))
        file.write(data)
        file.close()
        return file.path

    return make


@pytest.fixture
def target(tmp_path):
    (tmp_path / "assets").mkdir()
    return tmp_path / "assets" / "ab.png"


def refuse(monkeypatch, errors, times=1):
    """Let the calls named in *errors* fail with that number, each *times* times."""
    left = dict.fromkeys(errors, times)

    def hook(name, call, arguments):
        if left.get(name):
            left[name] -= 1
            raise OSError(errors[name], "injected")
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)


# What stands there before, what is placed, whether the file that stood there stays.
STANDING = {
    "nothing": (None, b"bytes", False),
    "the same bytes": (b"bytes", b"bytes", True),
    "torn bytes": (b"byt", b"bytes", False),
    "more bytes": (b"bytes and more", b"bytes", False),
    "other bytes": (b"BYTES", b"bytes", False),
    "nothing in it": (b"", b"bytes", False),
    "much": (b"x" * (1 << 20) + b"y", b"x" * (1 << 20) + b"z", False),
    "the same, and much": (b"x" * 3_000_000, b"x" * 3_000_000, True),
}
# Calls that a file system refuses → what it answers.
SYSTEMS = {
    "all calls": {},
    "no renameat2": {"rename_new": errno.EINVAL},
    "no links either (FAT)": {"rename_new": errno.EINVAL, "link": errno.EPERM},
    "no links, said otherwise": {"rename_new": errno.ENOSYS, "link": errno.ENOTSUP},
    "another file system": {"rename_new": errno.EXDEV},
    "another one, without renameat2": {"rename_new": errno.EINVAL, "link": errno.EXDEV},
}


@pytest.mark.parametrize("errors", SYSTEMS.values(), ids=SYSTEMS.keys())
@pytest.mark.parametrize(("found", "data", "stays"), STANDING.values(), ids=STANDING.keys())
def test_a_blob_gets_its_name(spool, target, monkeypatch, found, data, stays, errors):
    if found is not None:
        target.write_bytes(found)
    before = target.stat().st_ino if found is not None else None
    path = spool(data)
    refuse(monkeypatch, errors)
    files.place_blob(path, str(target))
    assert target.read_bytes() == data
    assert (target.stat().st_ino == before) is stays
    assert not os.path.lexists(path)
    assert os.listdir(target.parent) == [target.name]
    if not stays:
        assert stat.S_IMODE(target.stat().st_mode) == 0o444


def test_a_link_in_its_place_is_not_followed(spool, target, tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"mine")
    target.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError):
        files.place_blob(spool(b"bytes"), str(target))
    assert (tmp_path / "elsewhere").read_bytes() == b"mine"


def test_a_pipe_in_its_place_is_replaced(spool, target):
    os.mkfifo(target)
    files.place_blob(spool(b"bytes"), str(target))
    assert target.read_bytes() == b"bytes"


FAILURES = {
    "not synced": ({"fsync": errno.EIO}, RunError),
    "not renamed": ({"rename_new": errno.EROFS}, RunError),
    "no room for the copy": ({"rename_new": errno.EXDEV, "write": errno.ENOSPC}, DiskFullError),
    "the copy not opened": ({"rename_new": errno.EXDEV, "chmod": errno.EPERM}, RunError),
}


@pytest.mark.parametrize(("errors", "expected"), FAILURES.values(), ids=FAILURES.keys())
def test_a_blob_that_gets_no_name_stays_where_it_was(spool, target, monkeypatch, errors, expected):
    path = spool(b"bytes")
    refuse(monkeypatch, errors, times=9)
    with pytest.raises(expected, match="injected"):
        files.place_blob(path, str(target))
    assert os.path.exists(path)
    assert os.listdir(target.parent) == []


def synced(monkeypatch):
    """The folders that are synced from now on."""
    found = []

    def hook(name, call, arguments):
        if name == "fsync":
            found.append(os.readlink(f"/proc/self/fd/{arguments[0]}"))
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    return found


def test_touched_folders_are_synced_once_a_name_was_made_in_them(tmp_path, monkeypatch):
    top = tmp_path / "archive"
    touched = files.TouchedFolders(str(top))
    touched.prepare(str(top / "assets" / "ab"))
    found = synced(monkeypatch)
    touched.sync()
    above = [tmp_path, top, top / "assets", top / "assets" / "ab"]
    assert found == [str(folder) for folder in above]
    found.clear()
    touched.sync()
    assert found == []
    touched.prepare(str(top / "assets" / "ab"))
    touched.sync()
    assert found == [str(top / "assets" / "ab")]


def test_folders_are_prepared_by_many_threads(tmp_path):
    touched = files.TouchedFolders(str(tmp_path / "archive"))
    names = [str(tmp_path / "archive" / f"{n % 4:02x}") for n in range(40)]
    threads = [threading.Thread(target=touched.prepare, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    touched.sync()
    assert sorted(os.listdir(tmp_path / "archive")) == ["00", "01", "02", "03"]
