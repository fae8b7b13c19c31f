"""What every test has: no way out of loopback, and the origins on it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
sys.path[:0] = [str(TESTS), str(TESTS / "guard")]

import network_guard  # noqa: E402  (its folder is on the path only now)
from faults import FaultServer  # noqa: E402
from origin import Origin  # noqa: E402

network_guard.guard_this_process_and_children()
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of many children compiles it all anew
_REFUSALS = Path(tempfile.mkdtemp(prefix="network-guard-")) / "refusals.txt"
os.environ["NETWORK_GUARD_LOG"] = str(_REFUSALS)


@pytest.fixture(autouse=True)
def no_refused_connections() -> Iterator[None]:
    """Fail the test during which any process of the suite tried to leave loopback."""
    yield
    if _REFUSALS.exists():
        refusals = _REFUSALS.read_text(encoding="utf-8")
        _REFUSALS.unlink()
        pytest.fail(f"tried to leave loopback:\n{refusals}")


def pytest_unconfigure() -> None:
    """Remove the folder of the refusals; it is empty where all tests were good."""
    for left in _REFUSALS.parent.glob("*"):
        left.unlink()
    _REFUSALS.parent.rmdir()


@pytest.fixture
def origin() -> Iterator[Origin]:
    """Serves what the test gives it at any URL; see `origin.Origin`."""
    with Origin() as server:
        yield server


@pytest.fixture(scope="session")
def fault() -> Iterator[FaultServer]:
    """A server for every fault; see `faults`. A test takes tokens of its own."""
    with FaultServer() as server:
        yield server
