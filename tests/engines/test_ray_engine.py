"""The engine `ray` passes the suite of engines, with two workers on a cluster of this machine."""

from __future__ import annotations

import pytest
from engines.contract import EngineContract
from required import need_module


@pytest.fixture(scope="module", autouse=True)
def ray() -> None:
    need_module("ray", "ray")


class TestRay(EngineContract):
    engine = "ray"
    more = "[ray]\nactors = 2\n"
