"""Maintenance stopped at any file-system call breaks nothing, and the next call finishes it."""

import os
from datetime import timedelta

import pytest
from samples import EVERY_CALL
from small_run import archive, leftovers, open_catalog, places_of, violations
from stops import stops

from archiver.config import Config
from archiver.maintenance.gc import collect_garbage
from archiver.maintenance.relinking import relink
from archiver.maintenance.restore import restore
from archiver.maintenance.restoring_urls import restore_urls

HOWS = ["before", "after"] if EVERY_CALL == 1 else ["after"]

ORIGINALS = {
    "a.md": b"A ![](https://h/a.png) and ![](https://h/b.png)\r\n",
    "sub/\u56fe & 'x'.md": b"\xff B ![](https://h/b.png)\n",
    "c.md": b"C ![](https://h/c.png)\n",
}


@pytest.fixture
def base(memory_folder):
    return memory_folder / "base"


def lay_out(base):
    for path, data in ORIGINALS.items():
        (base / path).parent.mkdir(parents=True, exist_ok=True)
        (base / path).write_bytes(data)
    archive(base, ORIGINALS)


def give_up(base):
    lay_out(base)
    restore(places_of(base), [os.fsencode(base / "c.md")])


def throw_away(base):
    """The picture of c.md in the trash, its document linked again."""
    lay_out(base)
    shown = (base / "c.md").read_bytes()
    restore(places_of(base), [os.fsencode(base / "c.md")])
    collect(base, "30d")
    (base / "c.md").write_bytes(shown)


def collect(base, grace):
    span = timedelta(days=30) if grace == "30d" else timedelta(0)
    collect_garbage(places_of(base), Config(base=str(base)), grace=span)


def state_of(base):
    """The files of the archive and of the trash, and what the journal says is held."""
    trash = base / ".archiver" / "trash"
    files = {f.relative_to(base) for f in (base / "archive").rglob("*") if f.is_file()}
    thrown = {f.relative_to(trash).parts[1:] for f in trash.rglob("*") if f.is_file()}
    with open_catalog(places_of(base)) as catalog:
        assert not catalog.has_unfinished()
        return files, thrown, {record.url for record in catalog.holdings.held()}


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(
    ("prepare", "grace"),
    [(give_up, "30d"), (give_up, "0"), (throw_away, "30d")],
    ids=["into the trash", "at once", "back from the trash"],
)
def test_gc_stopped_anywhere(base, tmp_path, prepare, grace, how):
    clean = tmp_path / "clean"
    prepare(clean)
    documents = {path: (clean / path).read_bytes() for path in ORIGINALS}
    collect(clean, grace)
    expected, count = state_of(clean), 0
    for at in stops(how, prepare, lambda b: collect(b, grace), base):
        count += 1
        assert violations(base, documents, documents) == [] or prepare is throw_away
        collect(base, grace)
        assert violations(base, documents, documents) == [], f"{how} call {at}"
        assert state_of(base) == expected, f"{how} call {at}"
        assert leftovers(base) == [], f"{how} call {at}"
    assert count >= 30 // EVERY_CALL


MOVED = "deep/moved.md"


def move(base):
    lay_out(base)
    (base / "deep").mkdir()
    (base / "c.md").rename(base / MOVED)


def relink_all(base):
    relink(places_of(base), Config(base=str(base)), None)


def put_urls_back(base):
    restore_urls(places_of(base), Config(base=str(base)), [os.fsencode(base / MOVED)])


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("work", [relink_all, put_urls_back], ids=["relink", "restore --urls"])
def test_edits_stopped_anywhere(base, tmp_path, work, how):
    clean = tmp_path / "clean"
    move(clean)
    before = (clean / MOVED).read_bytes()
    work(clean)
    expected, count = (clean / MOVED).read_bytes(), 0
    assert expected not in (before, b"")
    for at in stops(how, move, work, base):
        count += 1
        assert (base / MOVED).read_bytes() in (before, expected), f"{how} call {at}"
        work(base)
        assert (base / MOVED).read_bytes() == expected, f"{how} call {at}"
        assert leftovers(base) == [], f"{how} call {at}"
        restore(places_of(base), [os.fsencode(base / MOVED)])
        assert (base / MOVED).read_bytes() == ORIGINALS["c.md"], f"{how} call {at}"
    assert count >= 30 // EVERY_CALL
