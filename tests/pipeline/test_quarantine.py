"""A picture that kills its workers: put away, and the run goes on."""

from __future__ import annotations

import os
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from moody_origin import Posts
from origin import Origin
from pictures import picture

from archiver import files, tools
from archiver.imaging.workers import Examiner

KILLER = b"die SIGSEGV"
GOOD, BAD = "https://img.example.com/good.png", "https://img.example.com/bad.png"


@pytest.fixture
def posts(tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch) -> Posts:
    """Posts whose pictures are examined by workers that obey them."""
    folder = str(Path(__file__).parents[1] / "imaging")
    known = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [folder, known])))
    monkeypatch.setattr(tools, "Examiner", partial(Examiner, module="unruly_worker"))
    origin.serve(GOOD, picture("PNG"))
    origin.serve(BAD, KILLER)
    return Posts(tmp_path, origin)


async def test_it_is_put_away_and_the_run_goes_on(posts: Posts, origin: Origin) -> None:
    posts.write("a.md", f"![]({BAD}) ![]({GOOD})")
    records = await posts.archive()
    assert (records[BAD].outcome, records[BAD].reason) == ("unsafe", "worker")
    assert records[BAD].not_before > records[BAD].when
    assert records[GOOD].outcome == "stored"
    put_away = list((posts.folder / "out" / ".archiver" / "quarantine").iterdir())
    assert [path.read_bytes() for path in put_away] == [KILLER]
    assert put_away[0].name == sha256(KILLER).hexdigest()
    assert not list((posts.folder / "out" / ".archiver" / "tmp").iterdir())
    asked = len(origin.urls)
    posts.write("b.md", f"again ![]({BAD})")
    await posts.archive()
    assert len(origin.urls) == asked, "it is not asked for again soon"


async def test_the_same_bytes_kill_nobody_elsewhere(posts: Posts, origin: Origin) -> None:
    other = "https://img.example.com/other.png"
    origin.serve(other, KILLER)
    posts.write("a.md", f"![]({BAD})")
    await posts.archive()
    posts.write("b.md", f"![]({other})")
    records = await posts.archive()
    assert (records[other].outcome, records[other].reason) == ("unsafe", "quarantine")


def test_nothing_is_there_at_first_and_the_same_file_twice_is_one(tmp_path: Path) -> None:
    folder = str(tmp_path / "state" / "quarantine")
    assert files.list_quarantine(folder) == frozenset()
    for _ in range(2):
        spool = files.open_spool(str(tmp_path / "spool"))
        spool.write(KILLER)
        spool.close()
        files.quarantine(spool.path, folder, "ab" * 32)
    assert files.list_quarantine(folder) == {"ab" * 32}
    assert os.stat(folder).st_mode & 0o777 == 0o700
