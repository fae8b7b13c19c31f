"""Run the program in children of a `server`, each with a hook or none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

TESTS = Path(__file__).parent.parent

# A run that keeps room free never fills the disk.
WITHOUT_RESERVE = {
    "ARCHIVER_LIMITS__DISK_RESERVE_BYTES": "0",
    "ARCHIVER_LIMITS__DISK_RESERVE_FRACTION": "0.0",
}


class Runs:
    """A server of runs; a context manager.

    Attributes:
        output: what the last run printed.
    """

    def __enter__(self) -> Self:
        path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
        self._server = subprocess.Popen(
            [sys.executable, "-m", "whole_runs.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path, **WITHOUT_RESERVE},
        )
        self.output, self._folder = "", TemporaryDirectory()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.close()
        self._server.stdout.close()
        self._server.wait(120)
        self._folder.cleanup()

    def run(
        self,
        folder: Path,
        arguments: Sequence[str],
        hook: dict[str, Any] | None = None,
        *,
        workers: bool = False,
        eager: bool = False,
        here: bool = False,
        kill_after_s: float | None = None,
    ) -> int:
        """The exit code of a run; `hooks.STOPPED` where its hook stopped it, negative for a signal.

        Args:
            hook: ``kind`` (stop, fail, record) and its arguments.
            workers: whether pictures are examined in workers.
            eager: whether the catalog is committed at every change.
            kill_after_s: send SIGKILL after so long.
            here: whether the server makes the run itself, which warms its children up.
        """
        output = Path(self._folder.name, "output")
        order = {
            "folder": str(folder),
            "arguments": list(arguments),
            "hook": hook,
            "workers": workers,
            "eager": eager,
            "here": here,
            "kill_after_s": kill_after_s,
            "output": str(output),
        }
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        code = int(self._server.stdout.readline())
        self.output = output.read_text(errors="replace")
        return code
