"""Folders: made so that they survive a power cut, and the private one of the state."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from archiver.files import calls
from archiver.files.calls import AnyPath

# All but the journal is derived, temporary or holds what a person may not want in git.
_IGNORE = b"# all but the journal can be made again\n/*\n!/.gitignore\n!/journal/\n"


def sync_folder(path: AnyPath) -> None:
    """Make the names in a folder durable: new, renamed and removed ones."""
    with open_folder(path) as fd:
        calls.fsync(fd)


@contextmanager
def open_folder(path: AnyPath) -> Iterator[int]:
    """A descriptor of a folder, for calls relative to it; "" is the current folder."""
    fd = calls.open_file(path or os.curdir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield fd
    finally:
        calls.close(fd)


def make_folders(path: AnyPath, mode: int = 0o777) -> None:
    """Make a folder and its missing parents, each durable in the one above.

    Several threads or processes may be at it. The mode is that of the made ones, less the umask.
    """
    if not path or os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    make_folders(parent, mode)
    try:
        calls.make_folder(path, mode)
    except FileExistsError:
        return
    sync_folder(parent)


def make_state_folder(path: str) -> None:
    """Make the private folder of the journal, catalog and lock (0700), hidden from git but for
    the journal; does nothing where it stands."""
    if os.path.isdir(path):
        return
    make_folders(path, 0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        fd = calls.open_file(os.path.join(path, ".gitignore"), flags, 0o644)
    except FileExistsError:
        return
    try:
        calls.write(fd, _IGNORE)
    finally:
        calls.close(fd)


def list_names(folder: bytes) -> list[bytes]:
    """The names in *folder*; none where there is no such folder."""
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
