"""Restore: original bytes back, by path, by hash, by links; later edits stay."""

import os
import shutil

import pytest
from small_run import archive, leftovers, open_catalog, places_of

from archiver import files
from archiver.errors import LockHeldError
from archiver.maintenance.restore import restore

ORIGINALS = {
    "a.md": b"A ![](https://h/a.png) and ![](https://h/b.png)\r\n",
    "sub/\u56fe & 'x'.md": b"\xff B ![](https://h/b.png)\n",
    "sub/.hidden #1.md": b"C ![](https://h/c.png)\n",
    "plain.md": b"no picture\n",
}


@pytest.fixture
def base(tmp_path):
    for path, data in ORIGINALS.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    archive(tmp_path, ORIGINALS)
    return tmp_path


def contents(base):
    return {path: (base / path).read_bytes() for path in ORIGINALS}


def results(base, *targets):
    named = None if not targets else [os.fsencode(base / target) for target in targets]
    found = restore(places_of(base), named)
    return {os.fsdecode(r.path): (str(r.outcome), r.reason) for r in found}


def test_everything(base):
    assert b"https" not in (base / "a.md").read_bytes()
    found = results(base)
    assert contents(base) == ORIGINALS
    assert set(found) == ORIGINALS.keys() - {"plain.md"}
    assert set(found.values()) == {("restored", "")}
    assert leftovers(base) == []
    assert results(base) == {}


def test_one_document_and_one_folder(base):
    assert results(base, "a.md") == {"a.md": ("restored", "")}
    assert len(results(base, "sub", "sub/.hidden #1.md")) == 2
    assert contents(base) == ORIGINALS


def test_what_was_never_rewritten(base):
    assert results(base, "plain.md") == {"plain.md": ("unchanged", "nothing to restore")}
    assert results(base, "none.md") == {"none.md": ("unchanged", "nothing to restore")}


def test_without_the_catalog(base):
    (base / ".archiver" / "catalog.sqlite").unlink()
    results(base)
    assert contents(base) == ORIGINALS


def test_a_later_edit_elsewhere_stays(base):
    path = base / "a.md"
    path.write_bytes(b"# Title\r\n" + path.read_bytes())
    assert results(base, "a.md") == {"a.md": ("restored", "later edits stay")}
    assert path.read_bytes() == b"# Title\r\n" + ORIGINALS["a.md"]


def test_edited_and_archived_again(base):
    path = base / "a.md"
    path.write_bytes(path.read_bytes() + b"![](https://h/d.png)")
    archive(base, ["a.md"])
    assert b"https" not in path.read_bytes()
    assert results(base, "a.md") == {"a.md": ("restored", "later edits stay")}
    assert path.read_bytes() == ORIGINALS["a.md"] + b"![](https://h/d.png)"
    archive(base, ["a.md"])
    assert b"https" not in path.read_bytes()
    results(base, "a.md")
    assert path.read_bytes() == ORIGINALS["a.md"] + b"![](https://h/d.png)"


def test_a_renamed_document_is_known_by_its_hash(base):
    (base / "a.md").rename(base / "moved.md")
    assert results(base, "moved.md") == {"moved.md": ("restored", "")}
    assert (base / "moved.md").read_bytes() == ORIGINALS["a.md"]
    assert "a.md" not in results(base)


def test_a_renamed_and_edited_document_is_known_by_its_links(base):
    (base / "moved.md").write_bytes(b"New. " + (base / "a.md").read_bytes())
    (base / "a.md").unlink()
    assert results(base, "moved.md") == {"moved.md": ("restored", "later edits stay")}
    assert (base / "moved.md").read_bytes() == b"New. " + ORIGINALS["a.md"]


def test_a_moved_document_is_found_below_a_folder(base):
    (base / "new").mkdir()
    (base / "a.md").rename(base / "new" / "b.md")
    found = results(base)
    assert found["new/b.md"] == ("restored", "")
    assert (base / "new" / "b.md").read_bytes() == ORIGINALS["a.md"]


def test_a_copy_is_restored_and_so_is_the_first(base):
    shutil.copy(base / "a.md", base / "copy.md")
    results(base, "copy.md")
    results(base)
    assert (base / "copy.md").read_bytes() == ORIGINALS["a.md"]
    assert contents(base) == ORIGINALS


def test_what_cannot_be_told_is_a_conflict_and_stays(base):
    path = base / "a.md"
    original = b"[https://h/a.png](https://h/b.png)"
    path.write_bytes(original)
    archive(base, ["a.md"])
    link = path.read_bytes().split(b"]")[0][1:]
    with open_catalog(places_of(base)) as catalog:
        record = catalog.story(b"a.md").rewrites[-1]
    assert record.splices[0].new == link
    path.write_bytes(b"<" + link[:40] + b">")
    before = path.read_bytes()
    assert results(base, "a.md")["a.md"][0] == "unchanged"
    assert path.read_bytes() == before


def test_a_read_only_document_is_left_alone(base):
    (base / "a.md").chmod(0o444)
    before = (base / "a.md").read_bytes()
    assert results(base, "a.md") == {"a.md": ("unreadable", "read-only")}
    assert (base / "a.md").read_bytes() == before


def test_a_link_to_a_document(base):
    (base / "link.md").symlink_to("a.md")
    results(base, "link.md")
    assert (base / "link.md").is_symlink()
    assert (base / "a.md").read_bytes() == ORIGINALS["a.md"]


def test_a_journal_from_elsewhere_names_no_file_outside(base):
    outside = base.parent / "outside.md"
    outside.write_bytes(ORIGINALS["a.md"])
    archive(base, ["../outside.md"])
    changed = outside.read_bytes()
    assert changed != ORIGINALS["a.md"]
    assert "../outside.md" not in results(base)
    assert outside.read_bytes() == changed
    assert results(base, "../outside.md") == {"../outside.md": ("restored", "")}
    assert outside.read_bytes() == ORIGINALS["a.md"]


def test_under_the_lock_of_a_run(base):
    with files.lock(str(base / ".archiver" / "lock")), pytest.raises(LockHeldError):
        restore(places_of(base), None)


def test_more_documents_than_a_batch(tmp_path):
    names = [f"{number}.md" for number in range(150)]
    for name in names:
        (tmp_path / name).write_bytes(b"![](https://h/a.png) " + name.encode())
    archive(tmp_path, names)
    seen = []
    found = restore(places_of(tmp_path), None, seen.append)
    assert found == seen and len(found) == 150
    assert all((tmp_path / n).read_bytes() == b"![](https://h/a.png) " + n.encode() for n in names)
