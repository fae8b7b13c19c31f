"""What is left behind is noticed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from surroundings import Surroundings


@pytest.fixture
def inner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Surroundings]:
    """Surroundings within those of the suite."""
    for variable in ("TMPDIR", "HOME"):
        monkeypatch.setenv(variable, os.environ[variable])
    monkeypatch.setattr(tempfile, "tempdir", None)
    made = Surroundings()
    yield made
    made.remove()


def test_files(inner: Surroundings) -> None:
    paths = [Path.home() / ".x", Path(tempfile.gettempdir()) / "x", inner.memory]
    for path in paths:
        path.mkdir()
    assert set(map(str, paths)) <= set(inner.leftovers(0))
    inner.memory.rmdir()
    assert str(inner.memory) not in inner.leftovers(0)


def test_processes(inner: Surroundings) -> None:
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=0)"
    given, end = os.pipe()
    command = [sys.executable, "-c", code]
    subprocess.run(command, stdin=given, start_new_session=True, check=True)
    os.close(given)

    def is_seen() -> bool:
        return any("input()" in each for each in inner.leftovers(0))

    assert is_seen(), "it is nobody's child"
    os.close(end)
    deadline_s = time.monotonic() + 60
    while is_seen():
        assert time.monotonic() < deadline_s


def test_ports(inner: Surroundings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"port {server.getsockname()[1]}"
        assert port in inner.leftovers(0)
    assert port not in inner.leftovers(0)
