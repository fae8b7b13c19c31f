"""What every crash test needs: a server of runs, an origin, clean results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from origin import Origin
from whole_runs.runs import Runs
from whole_runs.scenes import LONG_POST, SCENES, serve
from whole_runs.stage import Stage, make_stage


@pytest.fixture(scope="session")
def site() -> Iterator[Origin]:
    with Origin() as origin:
        serve(origin)
        yield origin


@pytest.fixture(scope="session")
def stage(site: Origin, memory: Path) -> Iterator[Callable[[str], Stage]]:
    """The stage of a scene, by its name."""
    scenes = SCENES | {"a long post": LONG_POST}
    with Runs() as runs:

        @cache
        def find(name: str) -> Stage:
            return make_stage(scenes[name], memory / name, site, runs)

        yield find
