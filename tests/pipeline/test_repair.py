"""The end of stories that a killed run left open."""

import os
from dataclasses import replace

import pytest
from small_run import archive, open_catalog, places_of

from archiver import files
from archiver.files.beside import temp_names
from archiver.journal import Conflict, Done, Journal, new_run_id, read_facts
from archiver.pipeline.repair import finish_stories
from archiver.pipeline.state import open_originals

OLD = b"![](https://h/a.png)"


@pytest.fixture
def base(tmp_path):
    """A document whose intent is in the journal, without an end."""
    (tmp_path / "a.md").write_bytes(OLD)
    archive(tmp_path, ["a.md"])
    (tmp_path / "new").write_bytes((tmp_path / "a.md").read_bytes())
    (tmp_path / "a.md").write_bytes(OLD)
    append_intent(tmp_path)
    return tmp_path


def append_intent(base, **changes):
    with open_catalog(places_of(base)) as catalog:
        record = catalog.story(b"a.md").rewrites[-1]
    with Journal(str(base / ".archiver" / "journal"), new_run_id()) as journal:
        journal.append_document(replace(record, when="", **changes))
        (base / "run").write_text(journal.run_id)


def originals_of(base):
    return open_originals(places_of(base), str(base / ".archiver" / "tmp"))


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
    assert last_fact(base).reason == "read-only"


def test_splices_that_give_other_bytes(base):
    """No line of ours: nothing is written that the journal does not tell of."""
    append_intent(base, splices=())
    assert finish(base) == []
    assert (base / "a.md").read_bytes() == OLD
    assert last_fact(base).reason == "its splices do not give what it was to become"


ORIGINALS = {
    "kept": (lambda base: originals_of(base).put_bytes(OLD), ""),
    "not kept": (lambda base: None, "missing or not readable"),
    "another": (
        lambda base: files.write_new(base / "away" / "b.md", b"mine"), "changed by someone"
    ),
    "a file in the place of its folder": (
        lambda base: (originals_of(base).put_bytes(OLD), (base / "away").touch()),
        "not a directory",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("prepare", "reason"), ORIGINALS.values(), ids=ORIGINALS.keys())
def test_a_copy_that_is_not_there(base, prepare, reason):
    finish(base)
    append_intent(base, path=b"away/b.md", is_copy=True)
    prepare(base)
    assert finish(base) == []
    if reason:
        assert last_fact(base).reason == reason
    else:
        assert (base / "away" / "b.md").read_bytes() == (base / "new").read_bytes()


def test_files_of_other_names_are_not_touched(base):
    other = base / ".0123456789abcdef.20260101T000000Z-00000000.arch~"
    other.write_bytes(b"of another run")
    finish(base)
    assert other.read_bytes() == b"of another run"
