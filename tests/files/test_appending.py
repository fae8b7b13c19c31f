"""Files that only grow, ours and those of other processes."""

import errno
import os
import stat

import pytest

from archiver import files
from archiver.errors import DiskFullError, RunError
from archiver.files import calls


def recorded(monkeypatch):
    """The names of the calls that are made from now on."""
    made = []

    def hook(name, call, arguments):
        made.append(name)
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    return made


def failing(monkeypatch, wanted, number):
    def hook(name, call, arguments):
        if name == wanted:
            raise OSError(number, "injected")
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)


LINES = {
    "whole": (b"a\nb\n", 0, [b"a\n", b"b\n"]),
    "a torn last line": (b"a\nb", 0, [b"a\n"]),
    "from the middle": (b"a\nb\nc\n", 2, [b"b\n", b"c\n"]),
    "behind the end": (b"a\n", 9, []),
    "nothing": (b"", 0, []),
}


@pytest.mark.parametrize(("data", "offset", "expected"), LINES.values(), ids=LINES.keys())
def test_read_lines(tmp_path, data, offset, expected):
    path = tmp_path / "x.ndjson"
    path.write_bytes(data)
    assert list(files.read_lines(str(path), offset)) == expected


def test_lines_of_no_file_end_the_run(tmp_path):
    with pytest.raises(RunError, match=r"x\.ndjson: no such file"):
        list(files.read_lines(str(tmp_path / "x.ndjson")))


def test_list_sizes(tmp_path):
    assert files.list_sizes(str(tmp_path / "none"), ".ndjson") == {}
    for name, data in {"b.ndjson": b"12", "a.ndjson": b"1", "c.txt": b"123"}.items():
        (tmp_path / name).write_bytes(data)
    found = files.list_sizes(str(tmp_path), ".ndjson")
    assert list(found.items()) == [("a.ndjson", 1), ("b.ndjson", 2)]


def test_what_another_process_wrote_is_synced_with_its_name(tmp_path, monkeypatch):
    path = tmp_path / "x.ndjson"
    path.write_bytes(b"a\n")
    synced = []

    def hook(name, call, arguments):
        if name == "fsync":
            synced.append(os.readlink(f"/proc/self/fd/{arguments[0]}"))
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    files.sync_file(str(path))
    assert synced == [str(path), str(tmp_path)]


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.EIO, RunError), (errno.EDQUOT, DiskFullError)]
)
def test_what_cannot_be_synced_ends_the_run(tmp_path, monkeypatch, number, expected):
    path = tmp_path / "x.ndjson"
    path.write_bytes(b"a\n")
    failing(monkeypatch, "fsync", number)
    with pytest.raises(expected, match="injected"):
        files.sync_file(str(path))


def test_the_name_is_made_durable_once(tmp_path, monkeypatch):
    file = files.AppendFile(str(tmp_path / "x.ndjson"))
    file.append(b"a\n")
    file.sync()
    made = recorded(monkeypatch)
    file.append(b"b\n")
    file.sync()
    file.sync()
    assert made == ["write", "fdatasync"]
    file.close()
    assert (tmp_path / "x.ndjson").read_bytes() == b"a\nb\n"


def test_an_interrupted_write_is_one_that_failed(tmp_path, monkeypatch):
    file = files.AppendFile(str(tmp_path / "x.ndjson"))
    file.append(b"a\n")

    def interrupt(name, call, arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(calls, "hook", interrupt)
    with pytest.raises(KeyboardInterrupt):
        file.append(b"b\n")
    monkeypatch.setattr(calls, "hook", None)
    with pytest.raises(RunError, match="an earlier write was interrupted"):
        file.append(b"c\n")
    file.close()


def test_extend_file(tmp_path):
    path = tmp_path / "copy" / "x.ndjson"
    files.extend_file(str(path), 0, b"a\n")
    files.extend_file(str(path), 2, b"b\n")
    assert path.read_bytes() == b"a\nb\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(RunError, match="changed by someone; remove it"):
        files.extend_file(str(path), 2, b"c\n")
    assert path.read_bytes() == b"a\nb\n"
