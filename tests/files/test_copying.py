"""Files that are carried along with the documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver import files
from archiver.errors import DocumentError


def test_copy_keeps_bytes_mode_and_time(tmp_path: Path) -> None:
    source, target = tmp_path / "a.css", tmp_path / "out" / "deep" / "a.css"
    source.write_bytes(b"body{}" * 300_000)
    source.chmod(0o640)
    os.utime(source, ns=(10**18, 10**18))
    assert files.copy_file(source.as_posix(), target.as_posix())
    assert target.read_bytes() == source.read_bytes()
    assert (target.stat().st_mtime_ns, target.stat().st_mode & 0o777) == (10**18, 0o640)
    assert not files.copy_file(source.as_posix(), target.as_posix()), "it is there already"
    assert [p.name for p in target.parent.iterdir()] == ["a.css"]


def test_what_a_person_wrote_at_the_target_stays(tmp_path: Path) -> None:
    source, target = tmp_path / "a.css", tmp_path / "b.css"
    source.write_bytes(b"one")
    files.copy_file(source.as_posix(), target.as_posix())
    target.write_bytes(b"edited")
    os.utime(target, ns=(source.stat().st_mtime_ns + 1,) * 2)
    assert not files.copy_file(source.as_posix(), target.as_posix())
    assert target.read_bytes() == b"edited"


def test_a_changed_source_is_copied_again(tmp_path: Path) -> None:
    source, target = tmp_path / "a.css", tmp_path / "b.css"
    source.write_bytes(b"one")
    files.copy_file(source.as_posix(), target.as_posix())
    source.write_bytes(b"two")
    os.utime(source, ns=(target.stat().st_mtime_ns + 1,) * 2)
    assert files.copy_file(source.as_posix(), target.as_posix())
    assert target.read_bytes() == b"two"


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="none"):
        files.copy_file((tmp_path / "none").as_posix(), (tmp_path / "b").as_posix())
