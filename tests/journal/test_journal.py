"""The journal: what is appended comes back, in order, whatever was torn."""

import base64
import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import DiskFullError, RunError
from archiver.journal import (
    Conflict,
    Done,
    Journal,
    Removed,
    Restored,
    list_journals,
    new_run_id,
    read_facts,
    read_lines,
)
from archiver.journal.lines import decode, decode_briefly, encode, encode_in_pieces
from archiver.model import DocumentRecord, ImageRecord, ItemRecord, Outcome, Refusal, Splice, Visit

WHEN = "2026-01-02T03:04:05Z"
DOCUMENT = DocumentRecord(
    b"posts/\xe5\x9b\xbe.md", "aa", "bb", (Splice(3, b"old\xff", b"new", b"<", b">"),), WHEN
)
IMAGE = ImageRecord(
    "https://img.example/a.png?x=图", Outcome.STORED, requested_url="https://img.example/a.png",
    kind="clean", rule="baidu-bos", digest="sha256:00", path="archive/assets/ab/ab.png",
    thumbnails={"320": "archive/thumbnails/320/ab/ab.webp"}, flags=("damaged",), frames=2,
    when=WHEN, last_modified="Thu, 01 Jan 2026 00:00:00 GMT", difference_hash="00ff00ff00ff00ff",
    exif=(("make", "Maker"),), color_profile="sRGB",
    newer=ImageRecord("https://img.example/a.png", Outcome.STORED, digest="sha256:11", when=WHEN),
)  # fmt: skip

text = st.text(st.characters(exclude_categories=["Cs"]))
whens = st.datetimes().map(lambda d: f"{d:%Y-%m-%dT%H:%M:%SZ}")
small = st.binary(max_size=20)
splices = st.lists(st.builds(Splice, st.integers(0, 2**40), small, small, small, small), max_size=3)
facts = st.one_of(
    st.builds(
        ImageRecord,
        url=text,
        outcome=st.sampled_from(Outcome),
        kind=text,
        size_bytes=st.integers(0, 2**60),
        thumbnails=st.dictionaries(text, text, max_size=3),
        flags=st.lists(text, max_size=2).map(tuple),
        when=whens,
        exif=st.lists(st.tuples(text, text), max_size=2).map(tuple),
        refused=st.lists(st.builds(Refusal, text, text, text, text), max_size=2).map(tuple),
    ),
    st.builds(
        DocumentRecord, small, text, text, splices.map(tuple), whens, st.booleans(), st.booleans()
    ),
    st.builds(Done, small, text, whens),
    st.builds(Conflict, small, text, text, whens),
    st.builds(Restored, small, text, whens),
    st.builds(Removed, text, text, whens),
    st.builds(ItemRecord, text, small, text, small, text, text, text, text, text, whens),
    st.builds(Visit, text, small, text, text, text, text, text, text, whens),
)


@given(facts)
def test_a_fact_comes_back_from_its_line(fact):
    line = encode(fact, fact.when)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert decode(line) == fact
    assert {"v", "kind", "when"} <= json.loads(line).keys()
    brief = replace(fact, splices=()) if isinstance(fact, DocumentRecord) else fact
    assert decode_briefly(line) == decode_briefly(line, is_checked=False) == brief


def test_bytes_that_are_no_text_are_base64():
    line = json.loads(encode(DOCUMENT, WHEN))
    assert line["path"] == "posts/图.md"
    assert base64.b64decode(line["splices"][0]["old"]["base64"]) == b"old\xff"
    assert line["splices"][0]["new"] == "new"


def test_a_line_of_many_splices(tmp_path):
    """It is written piece by piece, and what is written in between stands before or behind it."""
    made = tuple(Splice(n * 10, b"old", f"new {n}".encode(), b"<" * 24) for n in range(20_000))
    long = replace(DOCUMENT, splices=made)
    with Journal(str(tmp_path), "r") as journal:
        journal.append_image(IMAGE)
        journal.append_document(long)
        journal.append_image(IMAGE)
    data = (tmp_path / "r.ndjson").read_bytes()
    first, second, third = data.splitlines(keepends=True)
    assert first == third == encode(IMAGE, WHEN) and len(second) > 10**6
    assert second == encode(long, WHEN) == b"".join(encode_in_pieces(long, WHEN))
    assert max(map(len, encode_in_pieces(long, WHEN))) < 20_000
    assert decode(second) == long
    (_, line, _) = read_lines(str(tmp_path), "r", is_brief=True)
    assert (line.fact, line.raw) == (replace(long, splices=()), second)


def test_half_a_surrogate_does_not_stop_a_run():
    refusal = Refusal("https://h/\udfff", "clean", "", "status-403")
    found = decode(encode(replace(IMAGE, url="https://h/\ud800", refused=(refusal,)), WHEN))
    assert found.url == "https://h/?"
    assert found.refused == (replace(refusal, url="https://h/?"),)


def test_the_file_is_private_and_made_by_the_first_fact(tmp_path):
    with Journal(str(tmp_path / "journal"), "20260102T030405Z-00000000") as journal:
        journal.sync()
        assert not (tmp_path / "journal").exists()
        journal.append_image(IMAGE)
    path = tmp_path / "journal" / "20260102T030405Z-00000000.ndjson"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(read_facts(str(tmp_path / "journal"))) == [("20260102T030405Z-00000000", IMAGE)]


def test_nothing_is_written_before_what_it_speaks_of_is_durable(tmp_path):
    sizes = []

    def flush():
        sizes.append([f.stat().st_size for f in tmp_path.iterdir()])

    journal = Journal(str(tmp_path), "r", before_sync=flush)
    journal.append_image(IMAGE)
    journal.sync()
    journal.append_done(b"a", "bb")
    journal.close()
    size = len(encode(IMAGE, WHEN))
    assert sizes == [[], [size]]
    assert len((tmp_path / "r.ndjson").read_bytes().splitlines()) == 2


def test_after_a_failed_flush_nothing_more_is_written(tmp_path):
    def fail():
        raise DiskFullError("archive", "full")

    journal = Journal(str(tmp_path), "r", before_sync=fail)
    journal.append_image(IMAGE)
    with pytest.raises(DiskFullError):
        journal.sync()
    journal.append_done(b"a", "bb")
    with pytest.raises(DiskFullError, match="full"):
        journal.sync()
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_many_facts_do_not_stay_in_memory(tmp_path):
    journal = Journal(str(tmp_path), "r")
    for _ in range(10_000):
        journal.append_image(IMAGE)
    assert (tmp_path / "r.ndjson").stat().st_size == 10_000 * len(encode(IMAGE, WHEN))
    journal.close()


def test_facts_without_a_time_get_one_and_a_file_is_in_order(tmp_path):
    with Journal(str(tmp_path), new_run_id()) as journal:
        journal.append_document(replace(DOCUMENT, when=""))
        journal.append_image(IMAGE)
        journal.append_done(b"a", "bb")
        journal.append_conflict(b"a", "bb", "changed")
        journal.append_restored(b"a", "aa")
        journal.append_removed("archive/a.png", "sha256:00")
    found = [fact for _, fact in read_facts(str(tmp_path))]
    assert [type(fact) for fact in found] == [
        DocumentRecord, ImageRecord, Done, Conflict, Restored, Removed,
    ]  # fmt: skip
    whens = [fact.when for fact in found]
    assert whens == sorted(whens) and whens[0] > "2026-01-02"


def test_facts_of_several_runs_come_by_when_then_run(tmp_path):
    first, second = "20260101T000000Z-00000000", "20260101T000010Z-00000000"
    with Journal(str(tmp_path), second) as journal:
        for seconds in (10, 20, 30):
            journal.append_image(replace(IMAGE, when=f"2026-01-01T00:00:{seconds}Z"))
    with Journal(str(tmp_path), first) as journal:
        for seconds in ("05", "20", "40"):
            journal.append_image(replace(IMAGE, when=f"2026-01-01T00:00:{seconds}Z"))
    found = [(fact.when[-3:-1], run) for run, fact in read_facts(str(tmp_path))]
    assert found == [
        ("05", first), ("10", second), ("20", first), ("20", second), ("30", second), ("40", first),
    ]  # fmt: skip
    assert list(list_journals(str(tmp_path))) == [first, second]


def test_a_file_of_another_name_is_read_too(tmp_path):
    for minute in (0, 1):
        with Journal(str(tmp_path), f"20260101T000{minute}00Z-00000000") as journal:
            for second in (10, 30):
                journal.append_image(replace(IMAGE, when=f"2026-01-01T00:0{minute}:{second}Z"))
    (tmp_path / "by-hand.ndjson").write_bytes(encode(IMAGE, "2026-01-01T00:00:20Z"))
    whens = [fact.when[-6:-1] for _, fact in read_facts(str(tmp_path))]
    assert whens == ["00:10", "00:20", "00:30", "01:10", "01:30"]


def test_few_files_are_open_at_a_time(tmp_path, monkeypatch):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(120):
        moment = start + timedelta(minutes=number)
        with Journal(str(tmp_path), new_run_id(moment)) as journal:
            journal.append_image(replace(IMAGE, when=f"{moment:%Y-%m-%dT%H:%M:%SZ}"))
    before = most = len(list(Path("/proc/self/fd").iterdir()))
    for _ in read_facts(str(tmp_path)):
        most = max(most, len(list(Path("/proc/self/fd").iterdir())))
    assert most - before < 40


SPOILT = {
    "a torn last line": (b'{"v":1,"kind":"ima', 1),
    "a last line without its end": (encode(DOCUMENT, WHEN)[:-1], 1),
    "a damaged line in the middle": (b"\0\0\0\n" + encode(IMAGE, WHEN), 2),
    "a version that never was": (
        b'{"v":0,"kind":"removed","when":"x","path":"p","digest":"d"}\n',
        1,
    ),
    "a kind of later": (b'{"v":1,"kind":"dream","when":"x"}\n' + encode(IMAGE, WHEN), 2),
    "an outcome of later": (
        b'{"v":1,"kind":"image","when":"x","url":"u","outcome":"dreamt"}\n' + encode(IMAGE, WHEN),
        2,
    ),
    "a splice that is none": (
        encode(DOCUMENT, WHEN).replace(b'"new":"new"', b'"new":1') + encode(IMAGE, WHEN),
        2,
    ),
    "a version of a document that never was": (
        encode(DOCUMENT, WHEN).replace(b'"v":1', b'"v":0') + encode(IMAGE, WHEN),
        2,
    ),
    "bytes that are no text": (b"\xff\xfe\n" + encode(IMAGE, WHEN), 2),
    "nothing": (b"", 1),
}


@pytest.mark.parametrize("is_brief", [False, True])
@pytest.mark.parametrize(("tail", "count"), SPOILT.values(), ids=SPOILT.keys())
def test_spoilt_files(tmp_path, tail, count, is_brief):
    (tmp_path / "r.ndjson").write_bytes(encode(IMAGE, WHEN) + tail)
    found = list(read_lines(str(tmp_path), "r", is_brief=is_brief))
    assert [line.fact for line in found] == [IMAGE] * count
    assert found[-1].end <= (tmp_path / "r.ndjson").stat().st_size


def test_reading_goes_on_where_it_ended(tmp_path):
    path = tmp_path / "r.ndjson"
    path.write_bytes(encode(IMAGE, WHEN) + b'{"v":1')
    (line,) = read_lines(str(tmp_path), "r")
    assert list(read_lines(str(tmp_path), "r", line.end)) == []
    path.write_bytes(encode(IMAGE, WHEN) + encode(DOCUMENT, WHEN))
    assert [line.fact for line in read_lines(str(tmp_path), "r", line.end)] == [DOCUMENT]


def test_a_later_version_stops_the_run(tmp_path):
    (tmp_path / "r.ndjson").write_bytes(b'{"v":2,"kind":"image","when":"x"}\n')
    with pytest.raises(RunError, match="later version"):
        list(read_lines(str(tmp_path), "r"))


def test_run_ids_sort_by_time_within_a_second_too():
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    ids = [new_run_id(moment + timedelta(microseconds=20 * n)) for n in range(50)]
    assert ids == sorted(ids) and len(set(ids)) == 50
