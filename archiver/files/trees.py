"""Whole folders of our own files: listed, and cleared of what is empty."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from archiver.files import calls
from archiver.files.calls import AnyPath
from archiver.files.trouble import run_trouble


class OwnFile(NamedTuple):
    """A regular file below a folder.

    Attributes:
        path: relative to the folder, with ``/``.
        mtime_ns: nanoseconds since 1970.
    """

    path: str
    size_bytes: int
    mtime_ns: int


def list_files(folder: str) -> Iterator[OwnFile]:
    """The regular files below *folder*, sorted in each folder; links are neither followed nor
    listed. Nothing where there is no such folder.

    Raises:
        RunError: a folder cannot be read.
    """
    yield from _list(folder, "")


def _list(folder: str, prefix: str) -> Iterator[OwnFile]:
    with run_trouble(folder):
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _list(entry.path, f"{prefix}{entry.name}/")
        elif entry.is_file(follow_symlinks=False):
            with suppress(FileNotFoundError):
                found = entry.stat(follow_symlinks=False)
                yield OwnFile(prefix + entry.name, found.st_size, found.st_mtime_ns)


def remove_file(path: AnyPath) -> None:
    """Remove a file of our own; does nothing where it is gone.

    Raises:
        RunError: it cannot be removed.
    """
    with run_trouble(path), suppress(FileNotFoundError):
        calls.unlink(path)


def remove_empty_folders(folder: str) -> None:
    """Remove the folders below *folder* that hold nothing, and *folder* itself where it does not.

    A folder that cannot be removed stays: an empty one does no harm.
    """
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            remove_empty_folders(entry.path)
    with suppress(OSError):
        if not os.listdir(folder):
            calls.remove_folder(folder)
