"""A run stopped at any file-system call leaves nothing broken, and the next run finishes the job.

Every stop is real: a child process ends by `os._exit` before or after a call, or in the middle of
a write. The plain suite takes a sample of the calls; a full run takes all.
"""

import errno
import os
import shutil

import pytest
from samples import EVERY_CALL
from small_run import archive, leftovers, open_catalog, places_of, violations
from stops import Stop, run_in_child, stops

from archiver.maintenance.restore import restore

ORIGINALS = {
    "a.md": b"A ![](https://h/a.png) and ![](https://h/b.png)\r\n",
    "sub/\u56fe & 'x'.md": b"\xff B ![](https://h/b.png)\n",
}


def lay_out(base):
    for path, data in ORIGINALS.items():
        (base / path).parent.mkdir(parents=True, exist_ok=True)
        (base / path).write_bytes(data)


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory):
    base = tmp_path_factory.mktemp("clean")
    lay_out(base)
    archive(base, ORIGINALS)
    found = {path: (base / path).read_bytes() for path in ORIGINALS}
    assert all(b"https" not in data for data in found.values())
    assert violations(base, ORIGINALS, found) == [] and leftovers(base) == []
    return found


@pytest.fixture
def base(memory_folder):
    return memory_folder / "base"


@pytest.mark.parametrize("how", ["before", "after", "torn"])
def test_a_run_stopped_anywhere(base, rewritten, how):
    count = 0
    for at in stops(how, lay_out, lambda b: archive(b, ORIGINALS), base):
        count += 1
        assert violations(base, ORIGINALS, rewritten) == [], f"{how} call {at}"
        archive(base, ORIGINALS)
        assert {p: (base / p).read_bytes() for p in ORIGINALS} == rewritten, f"{how} call {at}"
        assert violations(base, ORIGINALS, rewritten) == [], f"{how} call {at}"
        assert leftovers(base) == [], f"{how} call {at}"
        restore(places_of(base), None)
        assert {p: (base / p).read_bytes() for p in ORIGINALS} == ORIGINALS, f"{how} call {at}"
    assert count >= (3 if how == "torn" else 60 // EVERY_CALL)


def interrupted(base):
    """A run stopped just after the first document was swapped in."""
    lay_out(base)

    class AfterExchange(Stop):
        def __call__(self, name, call, arguments):
            result = call(*arguments)
            if name == "exchange":
                os._exit(9)
            return result

    assert run_in_child(AfterExchange(0, ""), lambda: archive(base, ORIGINALS)) == 9
    assert len([name for name in leftovers(base) if name.endswith("~")]) == 1


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_repair_stopped_anywhere(base, rewritten, how):
    count = 0
    for at in stops(how, interrupted, lambda b: archive(b, ORIGINALS), base):
        count += 1
        assert violations(base, ORIGINALS, rewritten) == [], f"{how} call {at}"
        archive(base, ORIGINALS)
        assert {p: (base / p).read_bytes() for p in ORIGINALS} == rewritten, f"{how} call {at}"
        assert leftovers(base) == [], f"{how} call {at}"
        restore(places_of(base), None)
        assert {p: (base / p).read_bytes() for p in ORIGINALS} == ORIGINALS, f"{how} call {at}"
    assert count >= 30 // EVERY_CALL


@pytest.mark.parametrize("how", ["before", "after", "torn"])
def test_a_restore_stopped_anywhere(base, rewritten, how):
    def prepare(base):
        lay_out(base)
        archive(base, ORIGINALS)

    count = 0
    for at in stops(how, prepare, lambda b: restore(places_of(b), None), base):
        count += 1
        assert violations(base, ORIGINALS, rewritten) == [], f"{how} call {at}"
        restore(places_of(base), None)
        assert {p: (base / p).read_bytes() for p in ORIGINALS} == ORIGINALS, f"{how} call {at}"
        assert leftovers(base) == [], f"{how} call {at}"
        with open_catalog(places_of(base)) as catalog:
            assert not catalog.has_unfinished(), f"{how} call {at}"
    assert count >= (1 if how == "torn" else 30 // EVERY_CALL)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_an_error_at_any_call(base, rewritten, number):
    """Whatever is raised, nothing is broken, and a run without the error does the rest."""
    at, did_end = 0, False
    changing = {"write", "fsync", "fdatasync", "rename_new", "exchange", "mkdir", "unlink", "chmod"}
    while not did_end:
        at += EVERY_CALL
        shutil.rmtree(base, ignore_errors=True)
        base.mkdir()
        lay_out(base)
        seen = []

        def fail(name, call, arguments, seen=seen, at=at):
            if name in changing:
                seen.append(name)
                if len(seen) == at:
                    raise OSError(number, os.strerror(number))
            return call(*arguments)

        run_in_child(fail, lambda: archive(base, ORIGINALS))
        did_end = _is_whole(base, rewritten) and at > 30
        assert violations(base, ORIGINALS, rewritten) == [], f"call {at}"
        archive(base, ORIGINALS)
        assert {p: (base / p).read_bytes() for p in ORIGINALS} == rewritten, f"call {at}"


def _is_whole(base, rewritten):
    return {p: (base / p).read_bytes() for p in ORIGINALS} == rewritten
