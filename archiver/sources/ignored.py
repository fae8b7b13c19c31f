"""What git ignores, told by git itself, which alone knows its ignore files, index and config."""

# paths are bytes, which pathlib doesn't take.

from __future__ import annotations

import logging
import os
import subprocess

from archiver.sources.git import ask_git, find_repository

logger = logging.getLogger(__name__)

_LIST = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")


def list_ignored(folder: bytes) -> frozenset[bytes]:
    """Paths below *folder* that git ignores, relative to it; a folder as a whole ends in ``/``.

    Nested repositories are left out; ask for each. Without a repository, without git, and where
    git refuses (its ``safe.directory`` check), nothing counts as ignored; the last two are logged.
    A folder that is itself ignored was named on purpose: nothing in it counts as ignored.
    """
    if find_repository(folder) is None:
        return frozenset()
    try:
        listing = ask_git(folder, *_LIST)
        if listing.returncode == 0:
            return frozenset(listing.stdout.split(b"\0")) - {b"", b"./"}
        # git 2.39 stops with an internal error in a folder that is itself ignored.
        if ask_git(folder, "check-ignore", "-q", ".").returncode == 0:
            return frozenset()
        problem = listing.stderr.decode(errors="replace").strip().partition("\n")[0]
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    logger.warning("ignore rules of git unread folder=%s reason=%s", os.fsdecode(folder), problem)
    return frozenset()
