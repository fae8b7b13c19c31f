"""What a killed run left beside a document."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from archiver.files import calls
from archiver.files.beside import new_name, temp_names
from archiver.files.conflicts import keep_conflict, read_again
from archiver.files.folders import open_folder
from archiver.files.trouble import run_trouble


def clear_leftovers(
    path: bytes, run_id: str, is_ours: Callable[[bytes], bool], conflicts: str
) -> list[str]:
    """Remove the temporary files of *run_id* beside the document *path*.

    Only files of exactly the names that run used are touched.

    Args:
        is_ours: whether bytes are the old or new ones of the rewrite; others are what a person
            saved at the wrong moment, and are kept first.

    Returns:
        The files in *conflicts* that were kept.
    """
    folder, name = os.path.split(path)
    kept: list[str] = []
    gone = suppress(FileNotFoundError, NotADirectoryError)
    with run_trouble(path), gone, open_folder(folder) as fd:
        for temp in temp_names(name, run_id):
            kept += _clear(fd, temp, path, is_ours, conflicts)
    return kept


def clear_new(path: bytes) -> None:
    """Remove what a killed `write_new` of *path* left beside it: never a person's bytes."""
    folder, name = os.path.split(path)
    gone = suppress(FileNotFoundError, NotADirectoryError)
    with run_trouble(path), gone:
        calls.unlink(os.path.join(folder, new_name(name)))


def _clear(
    folder: int, temp: bytes, path: bytes, is_ours: Callable[[bytes], bool], conflicts: str
) -> list[str]:
    try:
        fd = calls.open_file(temp, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, folder=folder)
    except FileNotFoundError:
        return []
    try:
        data = read_again(fd)
    finally:
        calls.close(fd)
    kept = [] if is_ours(data) else [keep_conflict(conflicts, path, data)]
    calls.unlink(temp, folder)
    calls.fsync(folder)
    return kept
