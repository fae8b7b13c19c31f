"""Journals on an object store and their local copies."""

import os
import sys
from itertools import pairwise
from pathlib import Path

import obstore.store
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_zstd import zstd

from archiver.errors import RunError, UsageError
from archiver.journal import Journal, read_facts
from archiver.journal.segments import Segment, list_segments, pull, push, put_segment
from archiver.model import ImageRecord, Outcome
from archiver.storage.bucket import Bucket

RUN = "20260102T030405Z-00000000"
LINES = [b'{"n":%d}\n' % n for n in range(40)]


@pytest.fixture
def bucket():
    return Bucket("memory://", obstore.store.MemoryStore())


def put_all(bucket, name, pieces):
    start = 0
    for piece in pieces:
        put_segment(bucket, name, start, piece)
        start += len(piece)


def test_a_copy_is_made_and_brought_up(bucket, tmp_path):
    put_all(bucket, RUN, [LINES[0], LINES[1] + LINES[2]])
    pull(bucket, str(tmp_path / "journal"))
    copy = tmp_path / "journal" / f"{RUN}.ndjson"
    assert copy.read_bytes() == b"".join(LINES[:3])
    put_segment(bucket, RUN, copy.stat().st_size, LINES[3])
    inode = copy.stat().st_ino
    pull(bucket, str(tmp_path / "journal"))
    assert copy.read_bytes() == b"".join(LINES[:4])
    assert copy.stat().st_ino == inode
    before = os.stat(copy)
    pull(bucket, str(tmp_path / "journal"))
    assert os.stat(copy).st_mtime_ns == before.st_mtime_ns


def test_shards_have_copies_of_their_own(bucket, tmp_path):
    names = [RUN, f"{RUN}-0000-a1", f"{RUN}-0001-a1", "20250102T030405Z-00000000", "foreign"]
    for n, name in enumerate(names):
        put_all(bucket, name, [LINES[n], LINES[n]])
    paths = [facts.path for facts in bucket.list("journal")]
    assert f"journal/{RUN}/0-{len(LINES[0]):012d}.ndjson" in paths
    assert f"journal/{RUN}/0001-a1-{len(LINES[0]):012d}.ndjson" in paths
    pull(bucket, str(tmp_path))
    found = {path.stem: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == {name: LINES[n] * 2 for n, name in enumerate(names)}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine
@given(
    cuts=st.sets(st.integers(1, len(LINES) - 1)),
    have=st.integers(0, sum(map(len, LINES))),
)
def test_whatever_cut_a_copy_short(tmp_path_factory, cuts, have):
    """A copy is the beginning of its journal, be it torn in the middle of a line."""
    tmp_path = tmp_path_factory.mktemp("copy")
    bucket = Bucket("memory://", obstore.store.MemoryStore())
    at = [0, *sorted(cuts), len(LINES)]
    put_all(bucket, RUN, [b"".join(LINES[a:b]) for a, b in pairwise(at)])
    (tmp_path / f"{RUN}.ndjson").write_bytes(b"".join(LINES)[:have])
    pull(bucket, str(tmp_path))
    assert (tmp_path / f"{RUN}.ndjson").read_bytes() == b"".join(LINES)


def test_what_is_here_alone_is_put_there(bucket, tmp_path):
    """Journals of the time before the state lay on an object store; a torn line stays out."""
    (tmp_path / f"{RUN}.ndjson").write_bytes(b"".join(LINES) + b'{"torn')
    put_all(bucket, RUN, [LINES[0]])
    push(bucket, str(tmp_path))
    push(bucket, str(tmp_path))
    assert [s.end for s in list_segments(bucket)] == [len(LINES[0]), sum(map(len, LINES))]
    pull(bucket, str(tmp_path / "elsewhere"))
    assert (tmp_path / "elsewhere" / f"{RUN}.ndjson").read_bytes() == b"".join(LINES)


def test_objects_are_zstandard(bucket):
    put_segment(bucket, RUN, 0, LINES[0] * 100)
    found = bucket.get(Segment(RUN, len(LINES[0]) * 100).path)
    assert zstd.decompress(found.data) == LINES[0] * 100
    assert len(found.data) < 100


def test_without_zstandard(bucket, monkeypatch):
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(
        UsageError, match=r"needs zstd .*: pip install 'image-asset-archiver\[s3\]'"
    ):
        put_segment(bucket, RUN, 0, LINES[0])


def test_plain_lines_will_do(bucket, tmp_path):
    bucket.put(Segment(RUN, len(LINES[0])).path, LINES[0], {})
    bucket.put("journal/README", b"not ours", {})
    bucket.put(f"journal/{RUN}/notes.txt", b"nor this", {})
    pull(bucket, str(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == [f"{RUN}.ndjson"]


DAMAGED = {
    "cut short": lambda data: data[:-3],
    "a byte changed": lambda data: data[:8] + bytes([data[8] ^ 255]) + data[9:],
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED.keys())
def test_damage_is_told(bucket, tmp_path, damage):
    put_segment(bucket, RUN, 0, b"".join(LINES))
    path = Segment(RUN, sum(map(len, LINES))).path
    bucket.put(path, damage(bucket.get(path).data), {})
    with pytest.raises(RunError, match=rf"{path}: damaged|bytes 0 to"):
        pull(bucket, str(tmp_path))


def test_a_segment_that_is_missing(bucket, tmp_path):
    put_all(bucket, RUN, LINES[:3])
    bucket.delete([Segment(RUN, len(LINES[0])).path])
    with pytest.raises(RunError, match=r"bytes 0 to 8 are missing"):
        pull(bucket, str(tmp_path))


def test_a_journal_writes_segments_and_its_copy(bucket, tmp_path):
    order = []

    def publish(start, lines):
        order.append("put")
        put_segment(bucket, RUN, start, lines)

    journal = Journal(str(tmp_path / "here"), RUN, lambda: order.append("blobs"), publish)
    for n in range(3):
        journal.append_image(ImageRecord(f"https://h/{n}", Outcome.GONE))
        if n:
            journal.sync()
    journal.close()
    assert order == ["blobs", "put", "blobs", "put"]
    pull(bucket, str(tmp_path / "there"))
    here, there = (tmp_path / place / f"{RUN}.ndjson" for place in ("here", "there"))
    assert here.read_bytes() == there.read_bytes()
    assert [fact.url for _, fact in read_facts(str(tmp_path / "there"))] == [
        f"https://h/{n}" for n in range(3)
    ]


def test_a_segment_that_cannot_be_put_ends_the_journal(tmp_path):
    def publish(start, lines):
        raise RunError("nobody answers")

    journal = Journal(str(tmp_path), RUN, publish=publish)
    journal.append_image(ImageRecord("https://h/1", Outcome.GONE))
    for _ in range(2):
        with pytest.raises(RunError):
            journal.sync()
    assert not Path(tmp_path, f"{RUN}.ndjson").exists()
