"""A worker on a machine that shares no folder with the others, only an object store."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from s3_servers import S3Server

import archiver
from archiver.config import Config
from archiver.engines.cluster import shard
from archiver.engines.cluster.notes import Notes
from archiver.engines.cluster.sharding import Setup, journal_name
from archiver.errors import RunError
from archiver.model import ImageRecord, Outcome
from archiver.pipeline.places import Places
from archiver.pipeline.state import open_journal

RUN = "20260102T030405Z-00000000"


def setup_of(base: Path, archive: str, state: str) -> Setup:
    table = {"archive": archive, "state": state, "link_prefix": "/a/"}
    config = Config.from_dict(table, str(base))
    places = Places.of(str(base), archive, state)
    return Setup(config, places, RUN, 0, 1, archiver.__version__)


def test_it_knows_what_workers_elsewhere_noted(
    tmp_path: Path, moto: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And copies nothing: folders of a machine are shared by its workers."""
    for name, value in moto.environment.items():
        monkeypatch.setenv(name, value)
    url = moto.new_url()
    one, other = (
        setup_of(tmp_path / name, f"{url}/a", f"{url}/state") for name in ("one", "other")
    )
    record = ImageRecord("https://img.example.com/a.png", Outcome.GONE)
    for number, life in ((0, "a1"), (1, "b1")):
        name = journal_name(RUN, number, life)
        with open_journal(one.places, name, has_copy=False) as journal:
            journal.append_image(replace(record, url=f"{record.url}?{number}"))
            journal.sync()
            journal.append_image(replace(record, url=f"{record.url}?{number}b"))
    shard._check_machine(other)
    notes = Notes(str(tmp_path / "spool"))
    notes.take_in(shard._list_earlier(other))
    known = [record.url for record in notes.images()]
    assert known == [f"{record.url}?0", f"{record.url}?0b"]
    for places in (one.places, other.places):
        assert not os.path.exists(os.path.join(places.state, "journal"))
    found = notes.find_image(f"{record.url}?0")
    assert found is not None and found.outcome is Outcome.GONE


def test_folders_must_be_shared(tmp_path: Path) -> None:
    setup = setup_of(tmp_path / "none", "archive", ".archiver")
    with pytest.raises(RunError, match="not there; all nodes need the same shared file system"):
        shard._check_machine(setup)
    with pytest.raises(RunError, match="all nodes need the same version"):
        shard._check_machine(replace(setup, version="0.0.1"))
