"""What is left behind is noticed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from surroundings import ROOT, Surroundings


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


SLOW = """
import os, pathlib, signal, time

def test_slow():
    given, end = os.pipe()
    child = os.fork()
    if not child:
        os.write(end, b"!")
        time.sleep(60)
        os._exit(0)
    folder = pathlib.Path(os.environ["TMPDIR"])
    os.read(given, 1)
    os.kill(child, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
    assert folder.is_dir(), "a child removes nothing"
    pathlib.Path("begun").touch()
    time.sleep(60)
"""
RUNS = {
    "one process": (["-n0"], os.kill),
    "a worker too, as `timeout` does": (["-n1"], os.killpg),
    "the one that began a worker": (["-n1"], os.kill),
}


@pytest.mark.parametrize(("options", "kill"), RUNS.values(), ids=RUNS.keys())
def test_a_run_that_is_ended_removes_its_folder(
    options: Sequence[str], kill: Callable[[int, int], None], tmp_path: Path
) -> None:
    (tmp_path / "test_slow.py").write_text(SLOW)
    command = [sys.executable, "-m", "pytest", *options, "-p", "conftest", "-p", "no:cacheprovider"]
    environment = os.environ | {
        "PYTEST_DEBUG_TEMPROOT": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]),
    }
    run = subprocess.Popen(
        [*command, "-c", str(ROOT / "pyproject.toml"), "test_slow.py"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with run:
        while not (tmp_path / "begun").exists():
            assert run.poll() is None
            time.sleep(0.05)
        assert list(tmp_path.glob("arch-*"))
        kill(run.pid, signal.SIGTERM)
        said = run.communicate(timeout=60)[0]
    assert not list(tmp_path.glob("arch-*")), said
    assert run.returncode == pytest.ExitCode.INTERRUPTED, said
