"""The bytes that pages had: in a folder, and in a bucket that several machines share."""

import hashlib
from pathlib import Path

import obstore.store
import pytest

from archiver import files
from archiver.errors import RunError
from archiver.pipeline.originals import Originals, SharedOriginals
from archiver.storage.bucket import Bucket

PAGE = b"<!doctype html><p>as it came"
DIGEST = hashlib.sha256(PAGE).hexdigest()


@pytest.fixture
def spooled(tmp_path):
    def spool(data=PAGE):
        return files.write_spool(str(tmp_path / "spool"), data)

    return spool


def shared(folder, bucket):
    return SharedOriginals(str(folder), str(folder / "spool"), bucket)


@pytest.fixture
def bucket():
    return Bucket("memory://", obstore.store.MemoryStore())


def test_in_a_folder(tmp_path, spooled):
    originals = Originals(str(tmp_path / "originals"), str(tmp_path / "spool"))
    assert not originals.holds(DIGEST) and not originals.holds("")
    originals.put(spooled(), DIGEST)
    originals.flush()
    assert originals.holds(DIGEST)
    assert Path(originals.path(DIGEST)).read_bytes() == PAGE


def test_another_machine_has_them_too(tmp_path, spooled, bucket):
    here = shared(tmp_path / "here", bucket)
    there = shared(tmp_path / "there", bucket)
    assert not there.holds(DIGEST) and not there.holds("")
    here.put(spooled(), DIGEST)
    assert here.holds(DIGEST) and there.holds(DIGEST)
    for originals in (here, there):
        assert Path(originals.path(DIGEST)).read_bytes() == PAGE


def test_what_was_made_is_shared_until_it_is_removed(tmp_path, bucket):
    here, there, third = (shared(tmp_path / name, bucket) for name in ("here", "there", "third"))
    name = here.put_made(PAGE)
    assert there.holds(name) and there.read(name) == PAGE
    here.remove(name)
    assert not here.holds(name) and not third.holds(name)


def test_what_was_read_is_shared_and_outlasts_what_was_made(tmp_path, bucket):
    here, there = (shared(tmp_path / name, bucket) for name in ("here", "there"))
    assert here.put_made(PAGE) == here.put_bytes(PAGE) == DIGEST
    here.remove(DIGEST)
    assert here.holds(DIGEST)
    assert there.holds(DIGEST) and there.read(DIGEST) == PAGE


def test_those_of_the_time_before_the_bucket(tmp_path, spooled, bucket):
    Originals(str(tmp_path / "here"), str(tmp_path / "spool")).put(spooled(), DIGEST)
    here = shared(tmp_path / "here", bucket)
    assert here.holds(DIGEST)
    here.put(spooled(), DIGEST)
    assert bucket.get(f"originals/{DIGEST[:2]}/{DIGEST}").data == PAGE


def test_damage_is_told(tmp_path, bucket):
    bucket.put(f"originals/{DIGEST[:2]}/{DIGEST}", PAGE[1:], {})
    with pytest.raises(RunError, match="damaged"):
        shared(tmp_path, bucket).holds(DIGEST)
