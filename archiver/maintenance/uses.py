"""Which files of the archive documents show, read from the documents themselves.

The journal knows what was written once; a person may have edited, moved or copied it since. So
every text file is searched for paths of the archive, whatever its format and whoever wrote it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from archiver import files
from archiver.errors import DocumentError, RunError
from archiver.sources.folders import SUFFIXES
from archiver.storage.layout import MOST_PATH_BYTES, find_paths, key_of

_PASSED_OVER = frozenset((b".git", b".hg", b".svn", b"node_modules"))
# What programs write about the archive, this one foremost, names its files and shows none.
_REPORTS = frozenset((b".ndjson", b".jsonl", b".log", b".prom", b".csv", b".tsv"))
_REPORTED = re.compile(rb'"digest":\s*"sha256:')  # in JSON, which may as well be a feed


@dataclass(slots=True)
class Uses:
    """What was found so far.

    Attributes:
        paths: below the archive folder, as links name them.
        keys: of the pictures they belong to.
    """

    paths: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    def read(self, text: bytes) -> None:
        """Add what *text* names."""
        for path in find_paths(text):
            self.paths.add(path)
            self.keys.add(key_of(path))

    def read_file(self, path: bytes | str, is_text: bool = False) -> None:
        """Add what a file names; nothing where it holds no text or is gone.

        Raises:
            DocumentError: it cannot be read.
        """
        for part in files.read_text_parts(path, MOST_PATH_BYTES, is_text):
            self.read(part)


def read_uses(places: Iterable[bytes], own: Iterable[bytes]) -> Uses:
    """What the files below *places* show, each file read once.

    Links to folders are followed: what lies there links to the archive like anything else.

    Args:
        places: absolute paths of folders and files; those that are gone show nothing.
        own: folders of ours: archive and state. One of their names is passed over wherever a state
            folder lies beside it: it belongs to another archive.

    Raises:
        RunError: a folder or document cannot be read, so what it shows is not known.
    """
    uses, seen, followed = Uses(), set[bytes](), set[bytes]()
    own = tuple(map(os.path.realpath, own))
    for place in places:
        for path in _list_texts(os.path.realpath(place), own, followed):
            if path in seen:
                continue
            seen.add(path)
            try:
                if not _is_report(path):
                    uses.read_file(path, _suffix(path) in SUFFIXES)
            except DocumentError as error:
                raise unknown_uses(error.path, error.reason) from error
    return uses


def _list_texts(place: bytes, own: tuple[bytes, ...], followed: set[bytes]) -> Iterator[bytes]:
    """The files at and below *place*, and below the folders that links there lead to, each once.

    Args:
        followed: where such links led so far, by their real names; more is added.
    """
    if not os.path.isdir(place):
        yield place
        return
    links: list[bytes] = []
    for folder, below, names in os.walk(place, onerror=_refuse):
        below[:] = sorted(_enter(folder, below, own))
        links += [path for name in below if os.path.islink(path := os.path.join(folder, name))]
        yield from (
            os.path.join(folder, name) for name in sorted(names) if _suffix(name) not in _REPORTS
        )
    for target in map(os.path.realpath, links):
        is_known = target in followed or any(_holds(folder, target) for folder in own)
        if not is_known and not _holds(target, place):  # a link upwards adds all that is around
            followed.add(target)
            yield from _list_texts(target, own, followed)


def _holds(folder: bytes, path: bytes) -> bool:
    """Whether *path* is *folder* or lies below it."""
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def _enter(folder: bytes, names: list[bytes], own: tuple[bytes, ...]) -> Iterator[bytes]:
    archive, state = (os.path.basename(path) for path in own)
    for name in names:
        is_others = name == state or (name == archive and state in names)
        if name not in _PASSED_OVER and not is_others and os.path.join(folder, name) not in own:
            yield name


def _is_report(path: bytes) -> bool:
    parts = files.read_text_parts(path, MOST_PATH_BYTES, True)
    return _suffix(path) == b".json" and any(map(_REPORTED.search, parts))


def _suffix(name: bytes) -> bytes:
    return os.path.splitext(name)[1].lower()


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise unknown_uses(files.shown(error.filename), error.strerror or "unreadable") from error


def unknown_uses(name: str, reason: str) -> RunError:
    """What ends a call that would take out pictures: a document cannot be read."""
    return RunError(
        f"{name}: {reason}: which pictures it shows is not known, so nothing was removed"
    )
