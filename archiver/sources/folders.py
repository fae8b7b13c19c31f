"""The documents of a folder.

They are told by their suffix, and what nobody wrote by hand is passed over: ``.git`` and other
dot-folders, ``node_modules``, what git ignores, our own folders and generator outputs: ``_site``
always, ``public`` and ``dist`` only where the site generator that writes them has its config beside
them; elsewhere they are folders like any other.
"""

# paths are bytes, which pathlib doesn't take, and a file may cost microseconds.

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from archiver.formats import detect
from archiver.sources.globs import Glob
from archiver.sources.ignored import list_ignored

SUFFIXES = frozenset(map(os.fsencode, detect.SUFFIXES))
_PASSED_OVER = frozenset((b"node_modules", b"_site"))
_MAYBE_OUTPUTS = frozenset((b"public", b"dist"))
_TEMPORARY = b".arch~"  # ends the name of a document of ours that is being written
_by_name = attrgetter("name")

Entry = os.DirEntry[bytes]
OnUnreadable = Callable[[bytes, OSError], None]
Limits = tuple[Glob, ...] | None  # None: every document; else only what one of them takes


class SourceFile(NamedTuple):
    """A file that was named or lies below a folder that was.

    A tuple, as there is one for each of perhaps 15,000 unchanged files, and a frozen dataclass
    costs three times as much to make.

    Attributes:
        path: absolute; the real folder and the file's own name (a link stays a link).
        root: the folder that was named; of a glob the longest literal one, of a file its own.
        relative: `path` below `root`.
        inode: of the target where `is_link`, as are `size_bytes` and `mtime_ns`.
        is_document: false for a file that is only copied beside documents.
    """

    path: bytes
    root: bytes
    relative: bytes
    size_bytes: int
    mtime_ns: int
    inode: int
    is_document: bool = True
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """A folder to walk, by which rules, and what was learnt on the way.

    Attributes:
        only: what a glob asks for; None: every document.
        own: folders of ours, relative to `root`.
        ignored: paths below `root`, folders with a final ``/``, that git or a generator gave.
    """

    root: bytes
    only: Limits = None
    include: tuple[Glob, ...] = ()
    exclude: tuple[Glob, ...] = ()
    own: frozenset[bytes] = frozenset()
    want_all: bool = False
    on_unreadable: OnUnreadable = lambda path, error: None
    ignored: set[bytes] = field(default_factory=set)


def describe(
    path: bytes,
    root: bytes,
    relative: bytes,
    status: os.stat_result,
    is_document: bool = True,
    is_link: bool = False,
) -> SourceFile:
    """The file's value from its stat."""
    return SourceFile(
        path,
        root,
        relative,
        status.st_size,
        status.st_mtime_ns,
        status.st_ino,
        is_document,
        is_link,
    )


def walk_folder(walk: Walk) -> Iterator[SourceFile]:
    """The files of a folder sorted by name, then those of each subfolder."""
    walk.ignored.update(list_ignored(walk.root))
    folders: list[tuple[bytes, Limits]] = [(b"", walk.only)]
    while folders:
        prefix, limits = folders.pop()
        entries = _list_entries(walk, prefix)
        below: list[tuple[bytes, Limits]] = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                below.extend(_enter(walk, prefix, entry.name, limits))
            elif (file := _take(walk, prefix, entry, limits)) is not None:
                yield file
        folders.extend(reversed(below))


def _list_entries(walk: Walk, prefix: bytes) -> list[Entry]:
    path = os.path.join(walk.root, prefix)
    try:
        with os.scandir(path) as scan:
            entries = sorted(scan, key=_by_name)
    except OSError as error:
        walk.on_unreadable(path, error)
        return []
    names = {entry.name for entry in entries}
    if prefix and b".git" in names:  # a nested repository has rules of its own
        walk.ignored.update(prefix + below for below in list_ignored(path))
    if not names.isdisjoint(_MAYBE_OUTPUTS):
        from archiver.sites import list_outputs  # rarely needed, and it reads generators' files

        outputs = list_outputs(Path(os.fsdecode(path)))
        walk.ignored.update(prefix + os.fsencode(name) + b"/" for name in outputs)
    return entries


def _enter(walk: Walk, prefix: bytes, name: bytes, limits: Limits) -> list[tuple[bytes, Limits]]:
    """The subfolder with the limits that hold in it; nothing when it is passed over."""
    path = prefix + name
    below = path + b"/"
    if name == b".git" or path in walk.own or any(g.covers(path) for g in walk.exclude):
        return []
    if name[:1] == b"." or name in _PASSED_OVER or below in walk.ignored:
        spelled = any(g.spells(path) for g in walk.include)
        return [(below, walk.include)] if spelled else []
    if limits is None or any(g.reaches(path) for g in limits):
        return [(below, limits)]
    return []


def _take(walk: Walk, prefix: bytes, entry: Entry, limits: Limits) -> SourceFile | None:
    name = entry.name
    is_document: bool | None = name[name.rfind(b".") :].lower() in SUFFIXES
    if walk.ignored or walk.include or walk.exclude or limits is not None:
        is_document = _choose(walk, prefix + name, bool(is_document), limits)
    if is_document is None or not (is_document or walk.want_all):
        return None
    if name == b".git" or name.endswith(_TEMPORARY):
        return None
    try:
        is_link = entry.is_symlink()
        if not entry.is_file() or (is_link and _leaves(walk.root, entry.path)):
            return None
        status = entry.stat()
        return describe(entry.path, walk.root, prefix + name, status, is_document, is_link)
    except OSError:
        return None  # it vanished under our eyes, or is a link in a circle


def _choose(walk: Walk, path: bytes, has_suffix: bool, limits: Limits) -> bool | None:
    """Whether the file is a document; None: it is left out altogether."""
    if any(g.covers(path) for g in walk.exclude):
        return None
    if any(g.takes(path, has_suffix) for g in walk.include):
        return True
    if path in walk.ignored:
        return None
    if limits is None:
        return has_suffix
    return True if any(g.takes(path, has_suffix) for g in limits) else None


def _leaves(root: bytes, link: bytes) -> bool:
    """Whether *link* ends outside of *root*; its target isn't ours to read or to change."""
    return not os.path.realpath(link).startswith(os.path.join(root, b""))
