"""The store in a folder: the contract, and what its files look like."""

import errno
import stat
from pathlib import Path
from typing import ClassVar

import pytest
from storage.contract import DIGEST, PICTURE, StoreContract

from archiver.errors import DiskFullError
from archiver.files import calls
from archiver.storage.file import FileStore


def file_store(tmp_path):
    return FileStore(str(tmp_path / "archive"), str(tmp_path / "spool"))


def names(folder):
    return [file.name for file in folder.iterdir()]


class TestFileStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        return file_store(tmp_path)

    def test_blobs_cannot_be_written_and_are_readable_by_all(self, store, spooled):
        for path in (
            store.put(spooled(PICTURE), DIGEST, ".png"),
            store.put_bytes(b"small", "320", DIGEST, ".webp"),
        ):
            assert stat.S_IMODE(Path(store.path(path)).stat().st_mode) == 0o444

    def test_a_torn_blob_is_repaired(self, store, spooled):
        path = store.put(spooled(PICTURE), DIGEST, ".png")
        Path(store.path(path)).unlink()
        Path(store.path(path)).write_bytes(PICTURE[:4])
        store.put(spooled(PICTURE), DIGEST, ".png")
        assert Path(store.path(path)).read_bytes() == PICTURE

    def test_bytes_are_synced_before_the_name_and_all_folders_by_flush(
        self, store, spooled, monkeypatch, tmp_path
    ):
        log = []

        def hook(name, call, arguments):
            if name == "fsync":
                log.append(Path(f"/proc/self/fd/{arguments[0]}").readlink())
            if name == "rename_new":
                log.append("name")
            return call(*arguments)

        spool = spooled(PICTURE)
        monkeypatch.setattr(calls, "hook", hook)
        path = Path(store.path(store.put(spool, DIGEST, ".png")))
        assert log.index(Path(spool)) < log.index("name")
        log.clear()
        store.flush()
        assert set(log) == {path.parent, *list(path.parents)[1:4]}
        log.clear()
        store.flush()
        assert log == []

    def test_a_spool_on_another_file_system_is_copied(self, store, spooled, monkeypatch):
        def hook(name, call, arguments):
            if name in ("rename_new", "rename") and "/spool/" in arguments[0]:
                raise OSError(errno.EXDEV, "another file system")
            return call(*arguments)

        monkeypatch.setattr(calls, "hook", hook)
        path = store.put(spooled(PICTURE), DIGEST, ".png")
        assert Path(store.path(path)).read_bytes() == PICTURE
        store.put_bytes(b"first", "320", DIGEST, ".webp")
        path = store.put_bytes(b"second", "320", DIGEST, ".webp")
        assert Path(store.path(path)).read_bytes() == b"second"
        assert names(Path(store.path(path)).parent) == [Path(path).name]

    OLDER: ClassVar = {
        "no renameat2": {"rename_new": errno.ENOSYS},
        "no links either": {"rename_new": errno.EINVAL, "link": errno.EPERM},
    }

    @pytest.mark.parametrize("errors", OLDER.values(), ids=OLDER.keys())
    def test_on_other_systems(self, store, spooled, monkeypatch, errors):
        def hook(name, call, arguments):
            if name in errors:
                raise OSError(errors[name], "not here")
            return call(*arguments)

        monkeypatch.setattr(calls, "hook", hook)
        path = store.put(spooled(PICTURE), DIGEST, ".png")
        assert store.put(spooled(PICTURE), DIGEST, ".png") == path
        assert Path(store.path(path)).read_bytes() == PICTURE

    def test_a_full_disk_leaves_no_blob(self, store, monkeypatch, tmp_path):
        def hook(name, call, arguments):
            if name == "write":
                raise OSError(errno.ENOSPC, "full")
            return call(*arguments)

        monkeypatch.setattr(calls, "hook", hook)
        with pytest.raises(DiskFullError):
            store.put_bytes(b"small", "320", DIGEST, ".webp")
        assert names(tmp_path / "spool") == []
        assert not (tmp_path / "archive").exists()
