"""The catalog answers as the journal says, whatever happened to its own file."""

import sqlite3
import stat
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from archiver.catalog import Catalog, DocumentState, HostFact
from archiver.catalog.ingest import image_key
from archiver.catalog.totals import Totals
from archiver.errors import DiskFullError, RunError
from archiver.journal import Journal, new_run_id
from archiver.model import DocumentRecord, ImageRecord, Outcome, Splice, Visit

IMAGE = ImageRecord("https://h/a.png", Outcome.STORED, path="a/b.png", when="2026-01-02T03:04:05Z")
STATE = DocumentState(10, 20, 30, "ab", "2026-02-01T00:00:00Z")


def intent(path=b"post.md", before="aa", after="bb", **more):
    return DocumentRecord(path, before, after, (Splice(0, b"x", b"y"),), **more)


@pytest.fixture
def open_catalog(tmp_path):
    opened = []

    def start(**more):
        path = str(tmp_path / ".archiver" / "catalog.sqlite")
        opened.append(Catalog(path, str(tmp_path / ".archiver" / "journal"), **more))
        return opened[-1]

    yield start
    for catalog in opened:
        catalog.close()


@pytest.fixture
def journal(tmp_path):
    def start(run_id=None):
        return Journal(str(tmp_path / ".archiver" / "journal"), run_id or new_run_id())

    return start


def file_of(tmp_path):
    return tmp_path / ".archiver" / "catalog.sqlite"


def test_images_come_from_the_journal(open_catalog, journal):
    with journal() as run:
        run.append_image(replace(IMAGE, outcome=Outcome.TRANSIENT))
        run.append_image(IMAGE)
    catalog = open_catalog()
    assert catalog.find_image(IMAGE.url) == IMAGE
    assert catalog.find_image("https://h/b.png") is None
    assert list(catalog.images()) == [IMAGE]


def test_an_added_image_is_known_at_once_and_after(open_catalog, journal):
    catalog = open_catalog()
    with journal() as run:
        run.append_image(IMAGE)
        catalog.add_image(IMAGE)
        assert catalog.find_image(IMAGE.url) == IMAGE
    catalog.close()
    assert open_catalog().find_image(IMAGE.url) == IMAGE


def test_the_newest_fact_wins_whatever_order_journals_come_in(open_catalog, journal):
    newer = replace(IMAGE, reason="newer", when="2026-03-01T00:00:00Z")
    with journal("20260301T000000Z-00000000") as run:
        run.append_image(newer)
    catalog = open_catalog()
    catalog.close()
    with journal("20260101T000000Z-00000000") as run:
        run.append_image(IMAGE)
    assert open_catalog().find_image(IMAGE.url) == newer


def test_within_a_second_the_later_run_wins(open_catalog, journal):
    with journal("20260102T030405Z-00001000") as run:
        run.append_image(replace(IMAGE, outcome=Outcome.TRANSIENT))
    with journal("20260102T030405Z-00002000") as run:
        run.append_image(IMAGE)
    assert open_catalog().find_image(IMAGE.url) == IMAGE


def test_two_urls_with_one_key_are_told_apart(open_catalog, monkeypatch):
    monkeypatch.setattr("archiver.catalog.catalog.image_key", lambda url: 7)
    catalog = open_catalog()
    catalog.add_image(IMAGE)
    assert catalog.find_image("https://h/other.png") is None
    assert catalog.find_image(IMAGE.url) == IMAGE


def test_keys_fill_the_range_of_an_integer_column():
    keys = [image_key(f"https://h/{n}.png") for n in range(200)]
    assert -(2**63) <= min(keys) < 0 < max(keys) < 2**63


def test_document_states(open_catalog):
    catalog = open_catalog()
    catalog.set_document_state(b"posts/a.md", STATE)
    catalog.set_document_state(b"posts/\xff.md", STATE._replace(retry_at=""))
    catalog.set_document_state(b"other.md", STATE)
    catalog.close()
    catalog = open_catalog()
    assert catalog.document_state(b"posts/a.md") == STATE
    assert catalog.document_state(b"none.md") is None
    assert catalog.all_document_states().keys() == {b"posts/a.md", b"posts/\xff.md", b"other.md"}
    assert catalog.all_document_states(b"posts/") == {
        b"posts/a.md": STATE,
        b"posts/\xff.md": STATE._replace(retry_at=""),
    }


def test_what_was_learnt_of_hosts(open_catalog):
    own = HostFact("img.example", "", "referer", "own origin", "2026-01-02T03:04:05Z")
    newer = own._replace(value="none", when="2026-01-03T03:04:05Z")
    protected = HostFact("img.example", "clean baidu-bos", "refusals", "2", own.when)
    catalog = open_catalog()
    for fact in (own, newer, protected):
        catalog.learn(fact)
    assert catalog.host_facts("img.example") == [newer, protected]
    assert catalog.host_facts("other.example") == []
    catalog.close()
    assert open_catalog().host_facts("img.example") == [newer, protected]


def test_the_story_of_a_document(open_catalog, journal):
    catalog = open_catalog()
    first, second = intent(), intent(before="bb", after="cc")
    with journal() as run:
        catalog.follow(run.sync)
        run.append_document(first)
        catalog.add_document(first)
        assert catalog.story(b"post.md").intent.sha256_after == "bb"
        assert catalog.find_document_record(b"post.md") is None
        run.append_done(b"post.md", "bb")
        run.append_document(second)
        run.append_done(b"post.md", "cc")
        run.append_document(intent(before="cc", after="dd"))
        run.append_conflict(b"post.md", "dd", "changed")
    catalog.catch_up()
    story = catalog.story(b"post.md")
    assert [r.sha256_after for r in story.rewrites] == ["bb", "cc"] and story.intent is None
    assert catalog.find_document_record(b"post.md").sha256_after == "cc"
    assert catalog.find_paths_by_hash("cc") == [b"post.md"]
    assert catalog.document_paths(b"po") == [b"post.md"]
    with journal() as run:
        run.append_document(intent(before="cc", after="aa", is_restore=True))
        run.append_restored(b"post.md", "aa")
    catalog.catch_up()
    assert catalog.story(b"post.md").rewrites == ()
    assert catalog.is_restored(b"post.md", "aa") and not catalog.is_restored(b"post.md", "cc")


def test_unfinished_intents(open_catalog, journal):
    with journal("20260102T030405Z-00001000") as run:
        run.append_document(intent(b"a.md"))
        run.append_document(intent(b"b.md"))
        run.append_done(b"b.md", "bb")
    catalog = open_catalog()
    assert catalog.has_unfinished()
    ((record, run_id),) = catalog.unfinished()
    assert (record.path, run_id) == (b"a.md", "20260102T030405Z-00001000")
    with journal() as run:
        run.append_done(b"a.md", "bb")
    catalog.catch_up()
    assert not catalog.has_unfinished() and catalog.unfinished() == []


def test_a_run_with_nothing_to_do_changes_no_file(open_catalog, journal, tmp_path):
    catalog = open_catalog()
    with journal() as run:
        run.append_image(IMAGE)
        catalog.add_image(IMAGE)
    catalog.set_document_state(b"a.md", STATE)
    catalog.close()
    (tmp_path / ".archiver" / "journal" / "torn.ndjson").write_bytes(b'{"v":1')
    open_catalog().close()
    before = {f: (f.stat().st_mtime_ns, f.read_bytes()) for f in tmp_path.rglob("*") if f.is_file()}
    catalog = open_catalog()
    assert catalog.find_image(IMAGE.url) == IMAGE and len(catalog.all_document_states()) == 1
    catalog.close()
    after = {f: (f.stat().st_mtime_ns, f.read_bytes()) for f in tmp_path.rglob("*") if f.is_file()}
    assert before == after


def test_the_file_is_private(open_catalog, tmp_path):
    open_catalog()
    assert stat.S_IMODE(file_of(tmp_path).stat().st_mode) == 0o600


def overwrite_middle(path):
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xde\xad" * 30000)


def older_version(path):
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 0")
    connection.close()


LOSSES = {
    "missing": lambda p: p.unlink(),
    "empty": lambda p: p.write_bytes(b""),
    "no database": lambda p: p.write_bytes(b"hello " * 1000),
    "cut short": lambda p: p.write_bytes(p.read_bytes()[:5000]),
    "overwritten": overwrite_middle,
    "of an older version": older_version,
}


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES.keys())
@pytest.mark.parametrize("read_only", [False, True])
def test_it_is_made_again(open_catalog, journal, tmp_path, lose, read_only):
    with journal() as run:
        run.append_image(IMAGE)
        run.append_document(intent())
        run.append_done(b"post.md", "bb")
    open_catalog().close()
    lose(file_of(tmp_path))
    catalog = open_catalog(read_only=read_only)
    assert catalog.find_image(IMAGE.url) == IMAGE
    assert catalog.find_document_record(b"post.md").sha256_after == "bb"


def test_reading_only_makes_and_changes_nothing(open_catalog, journal, tmp_path):
    catalog = open_catalog(read_only=True)
    catalog.add_image(IMAGE)
    catalog.close()
    assert list(tmp_path.iterdir()) == []
    open_catalog().close()
    with journal() as run:
        run.append_image(IMAGE)
    before = file_of(tmp_path).read_bytes()
    catalog = open_catalog(read_only=True)
    assert catalog.find_image(IMAGE.url) == IMAGE
    catalog.close()
    assert file_of(tmp_path).read_bytes() == before


def test_a_journal_that_lost_its_end_takes_its_facts_back(open_catalog, journal, tmp_path):
    with journal() as run:
        run.append_image(IMAGE)
        run.append_image(replace(IMAGE, url="https://h/b.png"))
    catalog = open_catalog()
    catalog.set_document_state(b"a.md", STATE)
    catalog.close()
    (path,) = (tmp_path / ".archiver" / "journal").iterdir()
    path.write_bytes(path.read_bytes().split(b"\n")[0] + b"\n")
    catalog = open_catalog()
    assert catalog.find_image("https://h/b.png") is None
    assert catalog.find_image(IMAGE.url) == IMAGE
    assert catalog.document_state(b"a.md") == STATE


def test_nothing_is_committed_before_the_journal_is_durable(open_catalog):
    catalog = open_catalog()
    order = []
    catalog.follow(lambda: order.append("sync"))
    for number in range(1000):
        catalog.set_document_state(b"%d" % number, STATE)
    assert order == ["sync"]
    catalog.commit()
    assert order == ["sync"]
    other = open_catalog(read_only=True)
    assert len(other.all_document_states()) == 1000


def test_damage_found_later_says_what_to_do(open_catalog, tmp_path):
    catalog = open_catalog()
    for number in range(3000):
        catalog.add_image(replace(IMAGE, url=f"https://h/{number}.png"))
    catalog.close()
    data = bytearray(file_of(tmp_path).read_bytes())
    data[65536:-65536] = b"\xde" * (len(data) - 131072)
    file_of(tmp_path).write_bytes(data)
    with pytest.raises(RunError, match="may be deleted"):
        catalog = open_catalog()
        for number in range(3000):
            catalog.find_image(f"https://h/{number}.png")


FACTS = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["document", "done", "conflict", "restored", "image"])
    ),
    max_size=20,
)


@settings(deadline=None, max_examples=examples(25))
@given(FACTS, st.lists(st.integers(0, 3), max_size=4))
def test_growing_bit_by_bit_equals_reading_all_at_once(tmp_path_factory, facts, pauses):
    folder = tmp_path_factory.mktemp("c")
    names = [b"%d.md" % n for n in range(3)]
    with Catalog(str(folder / "grown"), str(folder / "journal")) as grown:
        for share in range(4):
            with Journal(str(folder / "journal"), f"20260102T03040{share}Z-00000000") as run:
                for number, (document, kind) in enumerate(facts[share::4]):
                    append(run, names[document], kind, f"{share}{number}")
            if share in pauses:
                grown.catch_up()
        grown.catch_up()
        with Catalog(str(folder / "whole"), str(folder / "journal")) as whole:
            for name in names:
                assert grown.story(name) == whole.story(name)
                url = f"https://h/{name.decode()}"
                assert grown.find_image(url) == whole.find_image(url)
            assert grown.unfinished() == whole.unfinished()
            stories = [whole.story(name) for name in names]
            assert whole.has_unfinished() == any(s.intent is not None for s in stories)


def append(run, name, kind, text):
    match kind:
        case "document":
            run.append_document(intent(name, "aa", "bb"))
        case "done":
            run.append_done(name, "bb")
        case "conflict":
            run.append_conflict(name, "bb", text)
        case "restored":
            run.append_restored(name, "aa")
        case "image":
            run.append_image(replace(IMAGE, url=f"https://h/{name.decode()}", reason=text))


VISIT = Visit(
    "https://h/p", b"archived/h/p/index.html", "ab", "https://h/p/", "html", when=IMAGE.when
)


def test_visits_of_pages(open_catalog, journal):
    other = replace(VISIT, path=b"elsewhere/h/p/index.html", sha256="cd")
    with journal() as run:
        for visit in (replace(VISIT, sha256="old"), VISIT, other):
            run.append_visit(visit)
    catalog = open_catalog()
    assert catalog.visits.find(VISIT.url, b"archived") == VISIT
    assert catalog.visits.find(VISIT.url, b"elsewhere") == other
    assert catalog.visits.find(VISIT.url, b"arch") is None
    assert catalog.visits.find("https://h/q", b".") is None
    newer = replace(VISIT, sha256="ef", when="2027-01-01T00:00:00Z")
    catalog.visits.add(newer)
    assert catalog.visits.find(VISIT.url, b".") == newer
    assert not catalog.has_unfinished() and catalog.document_paths() == []


def test_a_copy_of_a_changed_original_begins_its_story_anew(open_catalog, journal):
    with journal() as run:
        for record in (intent(), intent(before="cc", after="dd", is_copy=True)):
            run.append_document(record)
            run.append_done(record.path, record.sha256_after)
    (rewrite,) = open_catalog().story(b"post.md").rewrites
    assert rewrite.sha256_before == "cc"


def work_on_a_full_disk(catalog, error=None):
    """Learn something that the journal cannot keep, and raise *error* where there is one."""

    def fail() -> None:
        raise RunError("the journal's disk is full")

    with catalog:
        catalog.follow(fail)
        catalog.learn(HostFact("img.example", "", "referer", "none", "2026-01-02T03:04:05Z"))
        if error is not None:
            raise error


def test_the_first_error_is_the_one_that_is_told(open_catalog):
    with pytest.raises(KeyError, match="went wrong first"):
        work_on_a_full_disk(open_catalog(), KeyError("what went wrong first"))


def test_an_error_at_the_end_is_told(open_catalog):
    with pytest.raises(RunError, match="disk is full"):
        work_on_a_full_disk(open_catalog())


def test_a_full_disk_is_told_as_one(open_catalog):
    catalog = open_catalog()
    catalog._db.execute("PRAGMA max_page_count = 30")  # SQLite says the same of a disk
    with pytest.raises(DiskFullError, match="disk is full"):
        for number in range(3000):
            catalog.add_image(replace(IMAGE, url=f"https://h/{number}.png"))
    catalog._db.rollback()
    catalog._db.execute("PRAGMA max_page_count = 100000")


def test_totals(open_catalog):
    catalog = open_catalog()
    held = replace(IMAGE, digest="sha256:aa", size_bytes=7)
    lost = replace(IMAGE, outcome=Outcome.GONE, not_before="2026-02-01T00:00:00Z", path="")
    records = [held, held, replace(held, outcome=Outcome.REUSED, digest="sha256:bb"), lost]
    records += [replace(lost, not_before="9999-12-31T00:00:00Z"), replace(lost, not_before="")]
    records += [replace(lost, outcome=Outcome.SKIPPED)]
    for number, record in enumerate(records):
        catalog.add_image(replace(record, url=f"https://h/{number}.png"))
    assert catalog.totals() == Totals(held=3, lost=3, waiting=1, bytes=14)
