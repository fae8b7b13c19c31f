"""One run at a time, told apart by the kernel."""

import subprocess
import sys

import pytest

from archiver import files
from archiver.errors import LockHeldError

HOLD = """
import sys
from archiver import files
with files.lock(sys.argv[1], shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Start another process that holds the lock until its input ends or it is killed."""
    started = []

    def start(kind):
        path = str(tmp_path / ".archiver" / "lock")
        command = [sys.executable, "-c", HOLD, path, kind]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout.readline() == b"held\n"
        return path, process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_second_process_is_refused_and_told_who_holds_it(other):
    path, process = other("exclusive")
    with pytest.raises(LockHeldError, match=f"process {process.pid}, python"):
        files.lock(path)
    with pytest.raises(LockHeldError):
        files.lock(path, shared=True)


def test_readers_share(other):
    path, _ = other("shared")
    files.lock(path, shared=True).release()
    with pytest.raises(LockHeldError):
        files.lock(path)


def test_waiting_ends_when_the_holder_is_killed(other):
    path, process = other("exclusive")
    process.kill()
    with files.lock(path, wait=True) as held:
        with pytest.raises(LockHeldError):
            files.lock(path)
        held.release()
        files.lock(path).release()


def test_taking_it_writes_nothing(tmp_path):
    path = tmp_path / ".archiver" / "lock"
    files.lock(str(path)).release()
    before = path.stat()
    files.lock(str(path)).release()
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ctime_ns == before.st_ctime_ns
    assert path.read_bytes() == b""
