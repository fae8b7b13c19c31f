"""The engine `local` passes the suite of engines."""

from __future__ import annotations

from engines.contract import EngineContract


class TestLocal(EngineContract):
    engine = "local"
