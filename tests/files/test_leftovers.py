"""What a killed run left, what is kept aside, and what is taken out."""

import hashlib
import os
from pathlib import Path

import pytest

from archiver import files
from archiver.errors import DiskFullError, RunError
from archiver.files import calls
from archiver.files.beside import new_name

RUN = "20260102T030405Z-0123abcd"
OTHER = "20260102T030406Z-0123abcd"


@pytest.fixture
def post(tmp_path):
    path = tmp_path / "docs" / "post.md"
    path.parent.mkdir()
    path.write_bytes(b"new")
    return path


def clear(post, is_ours=lambda data: data in (b"old", b"new")):
    return files.clear_leftovers(
        os.fsencode(post), RUN, is_ours, str(post.parent.parent / "conflicts")
    )


def test_ours_are_removed_and_a_persons_are_kept_first(post):
    temp, old = (post.parent / os.fsdecode(name) for name in files.temp_names(b"post.md", RUN))
    another = post.parent / os.fsdecode(files.temp_names(b"post.md", OTHER)[0])
    temp.write_bytes(b"old")
    old.write_bytes(b"saved at the wrong moment")
    another.write_bytes(b"of another run")
    (kept,) = clear(post)
    assert Path(kept).read_bytes() == b"saved at the wrong moment"
    assert sorted(os.listdir(post.parent)) == sorted([another.name, "post.md"])
    assert clear(post) == []


@pytest.mark.parametrize("path", ["none/post.md", "file/post.md"])
def test_a_folder_that_is_gone_holds_nothing(tmp_path, path):
    (tmp_path / "file").write_bytes(b"")
    assert clear(tmp_path / path) == []
    files.clear_new(os.fsencode(tmp_path / path))


def test_what_a_killed_write_left_is_removed(post):
    left = post.parent / os.fsdecode(new_name(b"post.md"))
    left.write_bytes(b"ne")
    files.clear_new(os.fsencode(post))
    files.clear_new(os.fsencode(post))
    assert os.listdir(post.parent) == ["post.md"]


def test_what_killed_its_examiners_lies_under_its_digest(tmp_path):
    folder = tmp_path / "quarantine"
    assert files.list_quarantine(str(folder)) == frozenset()
    spool = files.open_spool(str(tmp_path / "tmp"))
    spool.close()
    assert files.quarantine(spool.path, str(folder), "ab" * 32) == str(folder / ("ab" * 32))
    blob = tmp_path / "cd.png"
    blob.write_bytes(b"damaged")
    damaged = files.quarantine_damaged(str(blob), str(folder))
    assert files.damaged_name(os.path.basename(damaged)) == "cd.png"
    assert files.damaged_name("ab" * 32) == ""
    assert "ab" * 32 in files.list_quarantine(str(folder))
    assert hashlib.sha256(b"damaged").hexdigest() not in files.list_quarantine(str(folder))
    assert not blob.exists() and not os.path.exists(spool.path)


def test_the_trash_keeps_what_each_run_took_out(tmp_path):
    trash = files.Trash(str(tmp_path / "trash"))
    assert trash.runs() == [] and trash.find("assets/ab.png") is None
    for run, data in ((RUN, b"first"), (OTHER, b"second")):
        (tmp_path / "ab.png").write_bytes(data)
        trash.put(str(tmp_path / "ab.png"), run, "assets/ab.png")
    trash.flush()
    assert trash.runs() == [RUN, OTHER]
    assert [file.path for file in trash.files(RUN)] == ["assets/ab.png"]
    assert Path(trash.find("assets/ab.png")).read_bytes() == b"second"
    (tmp_path / "cd.png").write_bytes(b"another")
    trash.put(str(tmp_path / "cd.png"), OTHER.replace("06Z", "07Z"), "assets/cd.png")
    assert Path(trash.find("assets/ab.png")).read_bytes() == b"second"
    trash.delete(OTHER.replace("06Z", "07Z"))
    trash.delete(OTHER)
    assert Path(trash.find("assets/ab.png")).read_bytes() == b"first"
    trash.delete(RUN)
    assert trash.runs() == [] and not (tmp_path / "trash").exists()


def test_a_trash_that_cannot_be_read_ends_the_run(tmp_path):
    (tmp_path / "trash").write_bytes(b"")
    with pytest.raises(RunError, match="trash: Not a directory"):
        files.Trash(str(tmp_path / "trash")).runs()


def test_list_files_follows_no_link(tmp_path):
    top = tmp_path / "top"
    (top / "b" / "c").mkdir(parents=True)
    (top / "b" / "c" / "2.png").write_bytes(b"22")
    (top / "a.png").write_bytes(b"1")
    (top / "link.png").symlink_to("a.png")
    (top / "folder").symlink_to("b")
    os.mkfifo(top / "pipe")
    assert [(f.path, f.size_bytes) for f in files.list_files(str(top))] == [
        ("a.png", 1),
        ("b/c/2.png", 2),
    ]
    assert list(files.list_files(str(tmp_path / "none"))) == []
    with pytest.raises(RunError):
        list(files.list_files(str(top / "a.png")))


def test_a_file_removed_while_they_are_listed_is_passed_over(tmp_path):
    for name in "abc":
        (tmp_path / name).write_bytes(b"")
    found = files.list_files(str(tmp_path))
    assert next(found).path == "a"
    (tmp_path / "b").unlink()
    assert [file.path for file in found] == ["c"]


def test_only_empty_folders_are_removed(tmp_path):
    (tmp_path / "top" / "empty" / "too").mkdir(parents=True)
    (tmp_path / "top" / "full").mkdir()
    (tmp_path / "top" / "full" / "a").write_bytes(b"")
    files.remove_empty_folders(str(tmp_path / "top"))
    assert [path.name for path in (tmp_path / "top").iterdir()] == ["full"]
    files.remove_file(str(tmp_path / "top" / "full" / "a"))
    files.remove_file(str(tmp_path / "top" / "full" / "a"))
    files.remove_empty_folders(str(tmp_path / "top"))
    files.remove_empty_folders(str(tmp_path / "top"))
    assert os.listdir(tmp_path) == []


def test_an_empty_folder_that_cannot_be_removed_stays(tmp_path, monkeypatch):
    (tmp_path / "top" / "empty").mkdir(parents=True)

    def hook(name, call, arguments):
        if name == "rmdir":
            raise PermissionError(1, "injected")
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    files.remove_empty_folders(str(tmp_path / "top"))
    assert (tmp_path / "top" / "empty").is_dir()


TEXTS = {
    "short": (b"abc", b"abc"),
    "UTF-16": ("\ufeffabc".encode("utf-16-le"), b"\xff\xfeabc"),
    "a picture": (b"\x89PNG\0\0abc", b""),
    "nothing": (b"", b""),
}


@pytest.mark.parametrize(("data", "expected"), TEXTS.values(), ids=TEXTS.keys())
def test_text_parts(tmp_path, data, expected):
    (tmp_path / "a").write_bytes(data)
    assert b"".join(files.read_text_parts(str(tmp_path / "a"), 8)) == expected


def test_a_picture_that_is_known_to_hold_text_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"\0a\0b")
    assert list(files.read_text_parts(str(tmp_path / "a"), 8, is_text=True)) == [b"ab"]


def test_what_lies_across_two_parts_is_found(tmp_path):
    part = 4096 + (4 << 20)
    (tmp_path / "a").write_bytes(b"." * (part - 3) + b"needle" + b"." * part)
    parts = list(files.read_text_parts(str(tmp_path / "a"), 6))
    assert len(parts) > 2
    assert any(b"needle" in one for one in parts)


def test_what_holds_no_text_at_all(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("none", "pipe", "loop", ""):
        assert list(files.read_text_parts(str(tmp_path / name), 8)) == []


def test_a_text_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(files.trouble.DocumentError, match=r"file/a\.md: not a directory"):
        list(files.read_text_parts(str(tmp_path / "file" / "a.md"), 8))


def test_room_is_asked_of_the_nearest_folder_that_is_there(tmp_path):
    folders = [str(tmp_path / "none" / "yet"), "none-yet"]
    files.Room(folders, files.Reserve(0, 0.0)).check()
    with pytest.raises(DiskFullError, match=f"{tmp_path}: .* in reserve"):
        files.Room(folders, files.Reserve(2**60, 0.0)).check()
    assert files.free_bytes(folders[0]) > 0


def counts(blocks, inodes, free_inodes):
    """statvfs of a file system of a MiB with so many blocks and inodes free."""
    values = (4096, 4096, 256, blocks, blocks, inodes, free_inodes, free_inodes, 0, 255)
    return lambda path: os.statvfs_result(values)


SYSTEMS = {  # blocks free, inodes, inodes free → what is said, whether it is full
    "room for both": ((200, 100, 50), "", False),
    "no fixed number of inodes": ((200, 0, 0), "", False),
    "few inodes": ((200, 100, 1), "1 inodes free", False),
    "no inodes": ((200, 100, 0), "0 inodes free", True),
    "few blocks": ((5, 100, 50), "in reserve", False),
    "no blocks": ((0, 0, 0), "in reserve", True),
}


@pytest.mark.parametrize(("found", "said", "full"), SYSTEMS.values(), ids=SYSTEMS.keys())
def test_blocks_and_inodes(tmp_path, monkeypatch, found, said, full):
    """Pretended: a file system that is nearly full."""
    monkeypatch.setattr(os, "statvfs", counts(*found))
    assert files.is_full(str(tmp_path / "log")) is full
    if not said:
        files.check_reserve(str(tmp_path), files.Reserve(0, 0.05))
        return
    with pytest.raises(DiskFullError, match=said):
        files.check_reserve(str(tmp_path), files.Reserve(0, 0.05))


def test_what_cannot_be_asked_is_not_full(tmp_path):
    assert not files.is_full(str(tmp_path / "none" / "log"))
    assert not files.is_full("log")


def test_a_temporary_file_gets_another_name(tmp_path):
    spool = files.open_spool(str(tmp_path))
    spool.write(b"bytes")
    spool.close()
    moved = files.move_spool(spool.path)
    files.remove_spool(spool.path)  # by who made it
    assert Path(moved).read_bytes() == b"bytes"
    with pytest.raises(RunError):
        files.move_spool(spool.path)


def test_folders_of_workers_that_are_gone(tmp_path):
    for name in ("shard-1", "shard-2", "other"):
        files.open_spool(str(tmp_path / name)).close()
    (tmp_path / "shard-2" / "note.txt").write_bytes(b"a person's")
    (tmp_path / "shard-3").write_bytes(b"no folder")
    files.remove_spools(str(tmp_path), "shard-")
    assert sorted(os.listdir(tmp_path)) == ["other", "shard-2", "shard-3"]
    assert os.listdir(tmp_path / "shard-2") == ["note.txt"]
    files.remove_spools(str(tmp_path / "none"), "shard-")


def test_clear_spool_of_no_folder(tmp_path):
    files.clear_spool(str(tmp_path / "none"))
