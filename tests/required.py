"""Tools that some tests need and not every machine has.

A test that lacks one is skipped, and says why. In a full run (``pytest --full``) it fails: there
only what `MAY_LACK` names is skipped. What takes a tool of `DEAR` is left to full runs.
"""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path

import pytest

VARIABLE = "ARCHIVER_TESTS_FULL"
"""Set by `conftest` for ``--full`` before a test is imported; workers and children inherit it."""

TOOLS = {
    "browser": ("chromium",),
    "mount": ("mount", "umount", "unshare"),
    "systemd": ("systemd-analyze",),
}
"""Tool → the programs it consists of."""

DEAR = {"browser", "ray"}
"""Tools whose tests take a minute and more."""

ORIGINALS = Path(__file__).parents[2] / "shared"
"""Where the seed and the cases come from: beside the repository, where it was made."""

MAY_LACK = {"systemd", "second disk", *([] if ORIGINALS.is_dir() else ["originals"])}

_FOLDERS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin", "/sbin", "/bin"))


def is_full_run() -> bool:
    """Whether everything is to be taken that the tests can take."""
    return VARIABLE in os.environ


def require(tool: str) -> dict[str, str]:
    """Program → its path, for each program of *tool*.

    Raises:
        KeyError: *tool* is none of `TOOLS`.
    """
    _leave_out_if_dear(tool)
    found = {name: shutil.which(name, path=_FOLDERS) for name in TOOLS[tool]}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        give_up(tool, f"{', '.join(missing)}: not installed")
    return {name: path for name, path in found.items() if path is not None}


def _leave_out_if_dear(tool: str) -> None:
    if tool in DEAR and not is_full_run():
        pytest.skip(f"{tool}: only with --full")


def give_up(tool: str, reason: str) -> None:
    """Skip the test, or fail it where a full run needs *tool*."""
    if is_full_run() and tool not in MAY_LACK:
        pytest.fail(f"a full run needs {tool}: {reason}", pytrace=False)
    pytest.skip(f"{tool}: {reason}")


def need_module(name: str, tool: str = "codecs") -> None:
    """Import *name* of the extra *tool*, which ``test`` has too, or give up."""
    _leave_out_if_dear(tool)
    try:
        importlib.import_module(name)
    except ImportError as error:
        give_up(tool, str(error))
