"""How much room is left, so that a run stops before the disk is full."""

from __future__ import annotations

import os
from dataclasses import dataclass

from archiver.errors import DiskFullError


@dataclass(frozen=True, slots=True)
class Reserve:
    """What a run leaves free.

    Attributes:
        size_bytes: at least so much.
        fraction: and at least this part of the file system; of its inodes as well.
    """

    size_bytes: int = 2 * 2**30
    fraction: float = 0.05


def check_reserve(folder: str, reserve: Reserve, wanted_bytes: int = 0) -> None:
    """Return if the file system of *folder* has room for *wanted_bytes* above the reserve.

    Raises:
        DiskFullError: it has not; the reason tells how much is free.
    """
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    least = max(reserve.size_bytes, int(found.f_blocks * found.f_frsize * reserve.fraction))
    if free - wanted_bytes < least:
        reason = f"{free >> 20} MiB free, {least >> 20} MiB are kept in reserve"
        raise DiskFullError(folder, reason)
    # 0 files: a file system without a fixed number of inodes (btrfs)
    if found.f_files and found.f_favail < found.f_files * reserve.fraction:
        raise DiskFullError(folder, f"{found.f_favail} inodes free")
