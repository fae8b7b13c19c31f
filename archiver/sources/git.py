"""Questions to git, which alone knows its ignore files, index, history and config."""

from __future__ import annotations

import os
import subprocess

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


def ask_git(
    folder: bytes, *arguments: str, text: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """What git answers in *folder*; nothing of the repository is written.

    Args:
        text: its standard input; None: nothing.

    Raises:
        OSError: there is no git.
        subprocess.TimeoutExpired: it takes more than a minute.
    """
    environment = {k: v for k, v in os.environ.items() if k not in _OF_ONE_REPOSITORY}
    return subprocess.run(
        [*_GIT, *arguments],
        cwd=folder,
        env=environment | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        input=text or b"",
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


def find_repository(folder: bytes) -> bytes | None:
    """The folder of the repository that *folder*, absolute, belongs to."""
    while not os.path.lexists(os.path.join(folder, b".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return folder
