"""What a power cut leaves of a recorded run: `power_cut` plays its events and loses some."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from power_cut import Disk, File

from whole_runs.recording import Event
from whole_runs.stage import Stage


def cut(stage: Stage, events: Sequence[Event], count: int, seed: int, left: Path) -> None:
    """Lay out in *left* what may be on the disk when the power goes after *count* events.

    SQLite's file is lost. The events are those of a run in the stage's own folder.
    """
    shutil.rmtree(left, ignore_errors=True)
    stage.lay_out()
    disk, files = Disk(stage.base), {}
    for event in events[:count]:
        _play(disk, files, event)
    left.mkdir()
    disk.lay_out(left, random.Random(seed))
    for name in left.rglob("catalog.sqlite*"):
        name.unlink()


def join(first: Sequence[Event], second: Sequence[Event]) -> list[Event]:
    """The events of two runs, one after the other; files have numbers of their own in each."""
    most = 1_000_000
    return [*first, *(_renumbered(event, most) for event in second)]


def _renumbered(event: Event, more: int) -> Event:
    name, number, *rest = event
    return (name, number + more, *rest) if isinstance(number, int) else event


def _play(disk: Disk, files: dict[int, File], event: Event) -> None:
    match event:
        case ("create", number, parent, name):
            files[number] = File()
            disk.change(parent, (name, files[number]))
        case ("find", number, parent, name):
            if number not in files:
                files[number] = disk.folder(parent).now()[name]
        case ("truncate", number):
            files[number].data = b""
        case ("write", number, data):
            files[number].data += data
        case ("sync", None, path):
            folder = disk.folder(path)
            folder.names, folder.pending = folder.now(), []
        case ("sync", number, _):
            files[number].synced = files[number].data
        case ("mkdir", path):
            disk.folder(path)
        case ("unlink", parent, name):
            disk.change(parent, (name, None))
        case ("rename", parent, name, new_parent, new_name):
            _rename(disk, parent, name, new_parent, new_name)
        case ("exchange", parent, one, other):
            now = disk.folder(parent).now()
            disk.change(parent, (one, now[other]), (other, now[one]))


def _rename(disk: Disk, parent: str, name: str, new_parent: str, new_name: str) -> None:
    file = disk.folder(parent).now()[name]
    if parent == new_parent:
        disk.change(parent, (name, None), (new_name, file))
    else:  # two folders: one may be on the disk without the other
        disk.change(new_parent, (new_name, file))
        disk.change(parent, (name, None))
