"""What git ignores, told by git itself, which alone knows its ignore files, index and config."""

# paths are bytes, which pathlib doesn't take.

from __future__ import annotations

import logging
import os
import subprocess

logger = logging.getLogger(__name__)

_TIMEOUT_S = 60  # a million untracked files take some seconds
# A hook runs with GIT_DIR and GIT_INDEX_FILE set; they'd be taken for every repository.
_OF_ONE_REPOSITORY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
)
# fsmonitor names a program that git would start for us in somebody's repository.
_GIT = ("git", "-c", "core.fsmonitor=false")
_LIST = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")


def list_ignored(folder: bytes) -> frozenset[bytes]:
    """Paths below *folder* that git ignores, relative to it; a folder as a whole ends in ``/``.

    Nested repositories are left out; ask for each. Without a repository, without git, and where
    git refuses (its ``safe.directory`` check), nothing counts as ignored; the last two are logged.
    A folder that is itself ignored was named on purpose: nothing in it counts as ignored.
    """
    if not _is_in_repository(folder):
        return frozenset()
    try:
        listing = _ask_git(folder, *_LIST)
        if listing.returncode == 0:
            return frozenset(listing.stdout.split(b"\0")) - {b"", b"./"}
        # git 2.39 stops with an internal error in a folder that is itself ignored.
        if _ask_git(folder, "check-ignore", "-q", ".").returncode == 0:
            return frozenset()
        problem = listing.stderr.decode(errors="replace").strip().partition("\n")[0]
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    logger.warning("ignore rules of git unread folder=%s reason=%s", os.fsdecode(folder), problem)
    return frozenset()


def _is_in_repository(folder: bytes) -> bool:
    while not os.path.lexists(os.path.join(folder, b".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return False
    return True


def _ask_git(folder: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {k: v for k, v in os.environ.items() if k not in _OF_ONE_REPOSITORY}
    return subprocess.run(
        [*_GIT, *arguments],
        cwd=folder,
        env=environment | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
