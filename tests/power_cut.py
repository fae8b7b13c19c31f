"""A model of a disk that loses power: what was not synced may be there, half there, or not at all.

`Recorder` is a hook that logs every change a run makes; `lay_out_after_cut` builds a folder as a
power cut after some of them may leave it. Data that was not synced is cut at random, names of a
folder that were not synced are kept up to a random one. SQLite's file is left out: it is lost.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class File:
    """A file of the model: its bytes now, and those that are surely on the disk."""

    data: bytes = b""
    synced: bytes | None = None


@dataclass
class Folder:
    """A folder: names that are surely on the disk, and the changes since, in order.

    A change is a list of (name, file) pairs that happen together; None removes the name.
    """

    names: dict[str, File] = field(default_factory=dict)
    pending: list[list[tuple[str, File | None]]] = field(default_factory=list)

    def now(self) -> dict[str, File]:
        return applied(self.names, self.pending)


def applied(names, changes):
    found = dict(names)
    for change in changes:
        for name, file in change:
            if file is None:
                found.pop(name, None)
            else:
                found[name] = file
    return found


class Disk:
    """The folders of the model, by path relative to its base."""

    def __init__(self, base: Path) -> None:
        self.base, self.folders = base, {}
        for parent, _, names in os.walk(base):
            folder = self.folder(parent)
            for name in names:
                data = Path(parent, name).read_bytes()
                folder.names[name] = File(data, data)

    def folder(self, path) -> Folder:
        return self.folders.setdefault(os.path.relpath(path, self.base), Folder())

    def change(self, parent, *pairs) -> None:
        self.folder(parent).pending.append(list(pairs))

    def lay_out(self, target: Path, random) -> None:
        """Write what is left after a cut. A folder is there when its parents are."""
        for path, folder in sorted(self.folders.items()):
            kept = folder.pending[: random.randint(0, len(folder.pending))]
            (target / path).mkdir(parents=True, exist_ok=True)
            for name, file in applied(folder.names, kept).items():
                (target / path / name).write_bytes(_after_cut(file, random))


def _after_cut(file: File, random) -> bytes:
    choices = [file.data, file.data[: len(file.data) // 2], b""]
    return random.choice(choices if file.synced is None else [file.synced, file.data])


class Recorder:
    """The hook: makes each call, and notes what it did as a function of a `Disk`.

    Args:
        ignored: whether a sync of this path is to be forgotten: the disk that lies, or the line
            of code that was left out.
    """

    def __init__(self, ignored=lambda path: False) -> None:
        self.events, self._ignored = [], ignored
        self._files: dict[int, File] = {}  # by descriptor
        self._by_inode: dict[tuple[int, int], File] = {}

    def __call__(self, name, call, arguments):
        note = getattr(self, f"_{name}", None)
        before = note(*arguments) if note else None
        result = call(*arguments)
        if callable(before):
            before(result)
        return result

    def play(self, base: Path, count: int) -> Disk:
        """The disk after the first *count* events, from *base* as it was laid out at first."""
        disk, files = Disk(base), {}
        for event in self.events[:count]:
            event(disk, files)
        return disk

    def _note(self, event) -> None:
        self.events.append(event)

    def _open(self, path, flags, mode, folder):
        is_new = flags & os.O_CREAT and not os.path.lexists(_full(path, folder))
        parent, name = os.path.split(_full(path, folder))

        def done(fd):
            found = os.fstat(fd)
            if is_new:
                key = object()
                self._by_inode[found.st_dev, found.st_ino] = key
                self._note(lambda disk, files: _create(disk, files, key, parent, name))
            elif stat.S_ISREG(found.st_mode):
                key = self._by_inode.setdefault((found.st_dev, found.st_ino), object())
                self._note(lambda disk, files: _find(disk, files, key, parent, name))
            else:
                key = None
            self._files[fd] = key

        return done

    def _write(self, fd, data):
        key, data = self._files[fd], bytes(data)

        def done(count):
            def event(disk, files):
                files[key].data += data[:count]

            self._note(event)

        return done

    def _fsync(self, fd):
        path = os.readlink(f"/proc/self/fd/{fd}")
        if self._ignored(path):
            return
        key = self._files.get(fd)
        if key is None:
            self._note(lambda disk, files: _sync_folder(disk, path))
        else:
            self._note(lambda disk, files: _sync_file(files[key]))

    _fdatasync = _fsync

    def _mkdir(self, path, mode):
        path = os.fsdecode(path)
        self._note(lambda disk, files: disk.folder(path))

    def _unlink(self, path, folder):
        parent, name = os.path.split(_full(path, folder))
        return lambda _: self._note(lambda disk, files: disk.change(parent, (name, None)))

    def _rename(self, source, target, folder=None):
        old, new = map(os.path.split, (_full(source, folder), _full(target, folder)))

        def event(disk, files):
            file = disk.folder(old[0]).now()[old[1]]
            if old[0] == new[0]:
                disk.change(old[0], (old[1], None), (new[1], file))
            else:
                disk.change(new[0], (new[1], file))
                disk.change(old[0], (old[1], None))

        return lambda _: self._note(event)

    _rename_new = _rename

    def _exchange(self, first, second, folder):
        one, other = map(os.path.split, (_full(first, folder), _full(second, folder)))

        def event(disk, files):
            now = disk.folder(one[0]).now()
            disk.change(one[0], (one[1], now[other[1]]), (other[1], now[one[1]]))

        return lambda _: self._note(event)


def _full(path, folder) -> str:
    if folder is not None:
        path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), os.fsdecode(path))
    return os.fsdecode(path)


def _create(disk, files, key, parent, name):
    files[key] = File()
    disk.change(parent, (name, files[key]))


def _find(disk, files, key, parent, name):
    if key not in files:
        files[key] = disk.folder(parent).now()[name]


def _sync_file(file):
    file.synced = file.data


def _sync_folder(disk, path):
    folder = disk.folder(path)
    folder.names, folder.pending = folder.now(), []
