"""How much room is left, so that a run stops before the disk is full."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from archiver.errors import DiskFullError

Bytes = Annotated[int, Meta(ge=0, description="a number of bytes, 0 or more")]
Fraction = Annotated[float, Meta(ge=0, lt=1, description="a number from 0 to below 1")]


@dataclass(frozen=True, slots=True)
class Reserve:
    """What a run leaves free.

    Attributes:
        size_bytes: at least so much.
        fraction: and at least this part of the file system; of its inodes as well.
    """

    size_bytes: Bytes = 2 * 2**30
    fraction: Fraction = 0.05


class Room:
    """Says whether there is room to go on. Safe from several threads.

    Args:
        folders: that will be written to; they need not be there yet.
    """

    def __init__(self, folders: Iterable[str], reserve: Reserve) -> None:
        self._folders, self._reserve = tuple(folders), reserve

    def check(self) -> None:
        """Return if every folder has room above the reserve.

        Raises:
            DiskFullError: one has not.
        """
        for folder in self._folders:
            check_reserve(_existing(folder), self._reserve)


def check_reserve(folder: str, reserve: Reserve, wanted_bytes: int = 0) -> None:
    """Return if the file system of *folder* has room for *wanted_bytes* above the reserve.

    Raises:
        DiskFullError: it has not; the reason tells how much is free.
    """
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    least = max(reserve.size_bytes, int(found.f_blocks * found.f_frsize * reserve.fraction))
    if free - wanted_bytes < least:
        reason = (
            f"{free >> 20} MiB free, {least >> 20} MiB are kept in reserve "
            "(limits.disk_reserve_bytes, disk_reserve_fraction)"
        )
        raise DiskFullError(folder, reason)
    # 0 files: a file system without a fixed number of inodes (btrfs)
    if found.f_files and found.f_favail < found.f_files * reserve.fraction:
        raise DiskFullError(folder, f"{found.f_favail} inodes free")


def free_bytes(folder: str) -> int:
    """What is free where *folder* is, or will be."""
    found = os.statvfs(_existing(folder))
    return found.f_bavail * found.f_frsize


def _existing(folder: str) -> str:
    """*folder*, or the nearest one above it that is there."""
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder) or os.curdir
    return folder


def is_full(path: str) -> bool:
    """Whether the file system of *path* has no block or no inode left for us."""
    try:
        found = os.statvfs(os.path.dirname(path) or os.curdir)
    except OSError:
        return False
    return found.f_bavail == 0 or (found.f_files > 0 and found.f_favail == 0)
