"""The end of stories that a killed run left open."""

import os
from dataclasses import replace

import pytest
from small_run import archive, open_catalog, places_of

from archiver import files
from archiver.files.beside import temp_names
from archiver.journal import Conflict, Done, Journal, new_run_id, read_facts
from archiver.pipeline.repair import finish_stories

OLD = b"![](https://h/a.png)"


@pytest.fixture
def base(tmp_path):
    """A document whose intent is in the journal, without an end."""
    (tmp_path / "a.md").write_bytes(OLD)
    archive(tmp_path, ["a.md"])
    with open_catalog(places_of(tmp_path)) as catalog:
        record = catalog.story(b"a.md").rewrites[-1]
    (tmp_path / "new").write_bytes((tmp_path / "a.md").read_bytes())
    (tmp_path / "a.md").write_bytes(OLD)
    with Journal(str(tmp_path / ".archiver" / "journal"), new_run_id()) as journal:
        journal.append_document(replace(record, when=""))
        (tmp_path / "run").write_text(journal.run_id)
    return tmp_path


def finish(base):
    with open_catalog(places_of(base)) as catalog:
        assert catalog.has_unfinished()
        kept = finish_stories(places_of(base), catalog)
        assert not catalog.has_unfinished()
    return kept


def last_fact(base):
    return [fact for _, fact in read_facts(str(base / ".archiver" / "journal"))][-1]


def temp_of(base):
    return base / os.fsdecode(temp_names(b"a.md", (base / "run").read_text())[0])


def names(base):
    return {file.name for file in base.iterdir()} - {"new", "run", "archive", ".archiver"}


def test_old_bytes_are_rewritten(base):
    temp_of(base).write_bytes((base / "new").read_bytes()[:7])
    assert finish(base) == []
    assert (base / "a.md").read_bytes() == (base / "new").read_bytes()
    assert isinstance(last_fact(base), Done)
    assert names(base) == {"a.md"}


def test_new_bytes_are_marked_as_done(base):
    (base / "a.md").write_bytes((base / "new").read_bytes())
    temp_of(base).write_bytes(OLD)
    inode = (base / "a.md").stat().st_ino
    assert finish(base) == []
    assert (base / "a.md").stat().st_ino == inode
    assert isinstance(last_fact(base), Done)
    assert names(base) == {"a.md"}


def test_a_persons_bytes_are_left_alone(base):
    (base / "a.md").write_bytes(b"mine")
    assert finish(base) == []
    assert (base / "a.md").read_bytes() == b"mine"
    assert isinstance(last_fact(base), Conflict)


def test_a_persons_bytes_that_were_swapped_out_are_kept(base):
    (base / "a.md").write_bytes((base / "new").read_bytes())
    temp_of(base).write_bytes(b"saved just before the swap")
    (kept,) = finish(base)
    assert files.read_bytes(kept) == b"saved just before the swap"
    assert names(base) == {"a.md"}


def test_a_missing_document(base):
    (base / "a.md").unlink()
    assert finish(base) == []
    assert last_fact(base).reason == "missing or not readable"
    assert names(base) == set()


def test_a_document_that_cannot_be_rewritten(base):
    (base / "a.md").chmod(0o444)
    assert finish(base) == []
    assert (base / "a.md").read_bytes() == OLD
    assert isinstance(last_fact(base), Conflict)


def test_files_of_other_names_are_not_touched(base):
    other = base / ".0123456789abcdef.20260101T000000Z-00000000.arch~"
    other.write_bytes(b"of another run")
    finish(base)
    assert other.read_bytes() == b"of another run"
