"""A scene on the disk, run as often as a test likes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from origin import Origin

from whole_runs.runs import Runs
from whole_runs.scenes import Scene
from whole_runs.state import Clean, broken, look, unlike


@dataclass(frozen=True, slots=True)
class Stage:
    """A scene in a folder.

    Attributes:
        clean: what a run that nothing stops makes of it.
    """

    scene: Scene
    base: Path
    clean: Clean
    runs: Runs
    arguments: list[str]

    def lay_out(self) -> None:
        """Make it new."""
        shutil.rmtree(self.base, ignore_errors=True)
        self.scene.lay_out(self.base)

    def at(self, base: Path) -> Stage:
        """The same elsewhere."""
        return replace(self, base=base)

    def run(self, hook: dict[str, Any] | None = None, **options: Any) -> int:
        return self.runs.run(self.base, self.arguments, hook, **options)

    @property
    def _waiting(self) -> list[str]:
        """For a run after one that was killed: a worker that was just being started has the lock
        until it is a program of its own."""
        return [*self.arguments, "--wait"]

    def killed_after(self, wait_s: float) -> bool:
        """Start a run with workers and kill it; whether it had not ended before."""
        code = self.runs.run(self.base, self._waiting, workers=True, kill_after_s=wait_s)
        assert code in (0, self.scene.expected, -9), f"{code}, {self.runs.output}"
        return code == -9

    def check(self, when: str) -> None:
        """Fail where a promise is broken."""
        assert broken(self.scene, self.base, self.clean) == [], when

    def finish(self, when: str) -> None:
        """Let the next run end the job; what it leaves must be what a clean run leaves."""
        self.check(when)
        code = self.runs.run(self.base, self._waiting)
        assert code in (0, self.scene.expected), f"{when}: {code}, {self.runs.output}"
        self.check(f"{when}, next run")
        found = unlike(self.scene, self.base, self.clean)
        assert found == [], f"{when}: {found}"

    def restore(self, when: str) -> None:
        """Take all back: the documents are what they were."""
        if self.scene.home == ".":
            assert self.runs.run(self.base, ["restore", "--all"]) == 0, when
            found = {path: (self.base / path).read_bytes() for path in self.scene.files}
            assert found == self.scene.files, when


def make_stage(scene: Scene, base: Path, site: Origin, runs: Runs) -> Stage:
    """Lay out a scene, and learn what a clean run makes of it, which warms *runs* up."""
    arguments = scene.arguments(site)
    scene.lay_out(base)
    assert runs.run(base, arguments, here=True) == scene.expected, runs.output
    clean = look(scene, base)
    assert clean.answers["images"]
    assert broken(scene, base, clean) == unlike(scene, base, clean) == []
    return Stage(scene, base, clean, runs, arguments)
