"""Tools that some tests need and not every machine has.

A test that lacks one is skipped, and says why; where the environment variable
``ARCHIVER_TESTS_REQUIRE`` names the tool (``browser codecs``), it fails instead.
"""

from __future__ import annotations

import importlib
import os
import shutil

import pytest

VARIABLE = "ARCHIVER_TESTS_REQUIRE"
TOOLS = {
    "browser": ("chromium",),
    "nginx": ("nginx",),
    "mount": ("mount", "umount"),
    "systemd": ("systemd-analyze",),
}
"""Tool → the programs it consists of."""

_FOLDERS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin", "/sbin", "/bin"))


def require(tool: str) -> dict[str, str]:
    """Program → its path, for each program of *tool*.

    Raises:
        KeyError: *tool* is none of `TOOLS`.
    """
    found = {name: shutil.which(name, path=_FOLDERS) for name in TOOLS[tool]}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        give_up(tool, f"{', '.join(missing)}: not installed")
    return {name: path for name, path in found.items() if path is not None}


def give_up(tool: str, reason: str) -> None:
    """Skip the test, or fail it where *tool* is required."""
    if tool in os.environ.get(VARIABLE, "").split():
        pytest.fail(f"{VARIABLE} names {tool}, but {reason}", pytrace=False)
    pytest.skip(f"{tool}: {reason}")


def need_module(name: str, tool: str = "codecs") -> None:
    """Import *name* of the extra *tool*, which ``test`` has too, or give up."""
    try:
        importlib.import_module(name)
    except ImportError as error:
        give_up(tool, str(error))
