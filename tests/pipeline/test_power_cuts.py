"""A power cut at any moment breaks nothing; and each sync is needed, as leaving it out shows."""

import random
import shutil

import pytest
from power_cut import Recorder
from samples import POWER_CUTS
from small_run import archive, places_of, violations

from archiver.files import calls
from archiver.maintenance.restore import restore

ORIGINALS = {
    "a.md": b"A ![](https://h/a.png) and ![](https://h/b.png)\r\n",
    "sub/b.md": b"\xff B ![](https://h/b.png)\n",
}


def lay_out(base):
    for path, data in ORIGINALS.items():
        (base / path).parent.mkdir(parents=True, exist_ok=True)
        (base / path).write_bytes(data)


def record(folder, monkeypatch, ignored=lambda path: False):
    """A run's log, the folder it started from, and what it made of the documents."""
    start, base = folder / "start", folder / "run"
    lay_out(start)
    lay_out(base)
    recorder = Recorder(ignored)
    monkeypatch.setattr(calls, "hook", recorder)
    archive(base, ORIGINALS)
    monkeypatch.setattr(calls, "hook", None)
    return recorder, base, {path: (base / path).read_bytes() for path in ORIGINALS}


def problems(folder, recorder, base, rewritten, count, seed):
    """What a cut after *count* events breaks, for one roll of the dice."""
    left = folder / "left"
    shutil.rmtree(left, ignore_errors=True)
    left.mkdir()
    chance = random.Random(seed)
    # The model's paths are those of the run's folder, its first state that of the untouched one.
    shutil.rmtree(base)
    lay_out(base)
    recorder.play(base, count).lay_out(left, chance)
    found = violations(left, ORIGINALS, rewritten)
    if found:
        return found
    for round_trip in ("restore", "archive", "restore"):
        if round_trip == "archive":
            archive(left, ORIGINALS)
            found += violations(left, ORIGINALS, rewritten)
            expected = rewritten
        else:
            restore(places_of(left), None)
            expected = ORIGINALS
        now = {path: (left / path).read_bytes() for path in ORIGINALS}
        found += [f"{round_trip}: {path}" for path in ORIGINALS if now[path] != expected[path]]
    return found


def search(folder, recorder, base, rewritten, trials):
    """The first problem that *trials* cuts at random moments show, "" for none."""
    chance = random.Random(1)
    for trial in range(trials):
        count = chance.randint(0, len(recorder.events))
        found = problems(folder, recorder, base, rewritten, count, trial)
        if found:
            return f"cut after event {count}, seed {trial}: {found}"
    return ""


def test_a_cut_at_any_moment_breaks_nothing(memory_folder, monkeypatch):
    log = record(memory_folder, monkeypatch)
    assert len(log[0].events) > 40
    assert search(memory_folder, *log, POWER_CUTS) == ""


LEFT_OUT = {
    "the bytes of a blob": (lambda path: path.endswith(".part"), "not what its name says"),
    "the names of the blobs": (lambda path: "/archive/assets" in path, "names a missing blob"),
    "the bytes of a document": (lambda path: path.endswith(".arch~"), "neither old nor new"),
    "the journal": (lambda path: path.endswith(".ndjson"), "restore: a.md"),
    "the name of the journal": (lambda path: path.endswith("/journal"), "restore: a.md"),
}


@pytest.mark.parametrize(("ignored", "expected"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_each_sync_is_needed(memory_folder, monkeypatch, ignored, expected):
    log = record(memory_folder, monkeypatch, ignored)
    assert expected in search(memory_folder, *log, 400)
