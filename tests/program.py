"""The program as a user runs it: another process, its output and exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

DEADLINE_S = 300  # a safety net, ten times what the slowest call takes


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of the program gave."""

    code: int
    stdout: str
    stderr: str


def run_archiver(
    *arguments: str | Path, cwd: Path, environment: dict[str, str] | None = None, text: str = ""
) -> Result:
    """Run ``python -m archiver`` in *cwd*; the network guard is in its environment."""
    done = subprocess.run(
        [sys.executable, "-m", "archiver", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | (environment or {}),
        input=text,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=DEADLINE_S,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def snapshot_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Path → (size, mtime, inode) of everything below *folder*, folders included."""
    return {
        str(path.relative_to(folder)): (s.st_size, s.st_mtime_ns, s.st_ino)
        for path in sorted(folder.rglob("*"))
        for s in [path.lstat()]
    }
