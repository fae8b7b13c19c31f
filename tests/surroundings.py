"""A temporary folder and a home of the suite's own, and what is left behind in the end.

Each process of the suite, as the workers of xdist, has its own: ``TMPDIR`` and ``HOME`` of all that
it starts, which is also how those processes are known.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[1]
_MEMORY = Path("/dev/shm")
_TOOLS = (".git", ".venv", "*cache*", ".hypothesis", ".coverage*")
"""Names of what pytest and others write into the project; git ignores them."""
_OF_OTHERS = ("pymp-*", ".cache", ".config", ".pki", ".rustup")
"""Python's, Chromium's, and Rust's, whose version pip asks for: the first goes with this process,
the others with its home."""
_IS_LISTENING = "0A"  # in /proc/net/tcp


class Surroundings:
    """Made before anything is started.

    Attributes:
        folder: of this process; holds ``tmp`` and ``home``, empty in the end.
        memory: a name for a folder in memory, where there is any; to be made and removed.
    """

    def __init__(self) -> None:
        base = os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
        self.folder = Path(tempfile.mkdtemp(prefix="arch-", dir=base))  # short, for sockets' paths
        for name, variable in (("tmp", "TMPDIR"), ("home", "HOME")):
            (self.folder / name).mkdir()
            os.environ[variable] = str(self.folder / name)
        tempfile.tempdir = None
        self.memory = (_MEMORY if _MEMORY.is_dir() else self.folder / "tmp") / self.folder.name
        self._before = set(self._names())

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder)

    def leftovers(self, patience_s: float = 10.0) -> list[str]:
        """Files, processes and ports that the tests left. Waits for what is about to end."""
        deadline_s = time.monotonic() + patience_s
        while (found := sorted(self._found())) and time.monotonic() < deadline_s:
            time.sleep(0.1)
        return found

    def _found(self) -> Iterator[str]:
        yield from set(self._names()) - self._before
        yield from _processes(f"TMPDIR={self.folder / 'tmp'}".encode())
        yield from _ports()

    def _names(self) -> Iterator[str]:
        """Of files that must not become more."""
        for path in (*(self.folder / "tmp").iterdir(), *(self.folder / "home").iterdir()):
            if not any(fnmatch(path.name, each) for each in _OF_OTHERS):
                yield str(path)
        yield from map(str, self.memory.parent.glob(f"{self.memory.name}*"))
        for folder, folders, files in os.walk(ROOT):
            folders[:] = [n for n in folders if not any(fnmatch(n, each) for each in _TOOLS)]
            left = [n for n in (*folders, *files) if not any(fnmatch(n, each) for each in _TOOLS)]
            yield from (os.path.join(folder, name) for name in left)


def end_tidily_by_sigterm(others: Iterable[int] = ()) -> None:
    """Have SIGTERM end this process as Ctrl-C does, so that it tidies up; a second one is ignored.

    A child that is forked and sets no handler of its own ends at once, as before.

    Args:
        others: the processes that are to end with it, looked at when the signal comes.
    """
    owner, told = os.getpid(), []

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() != owner:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif not told:
            told.append(number)
            for process in others:
                with suppress(ProcessLookupError):
                    os.kill(process, number)
            raise KeyboardInterrupt("SIGTERM")

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)


def _processes(mark: bytes) -> Iterator[str]:
    """Those that have *mark* in their environment, or are children of this one."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            is_ours = int(parent) == os.getpid() or mark in (folder / "environ").read_bytes()
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            # Python's own server of forks ends with the process that began it.
            if is_ours and state != "Z" and "from multiprocessing." not in words:
                yield f"process {folder.name}: {words}"


def _ports() -> Iterator[str]:
    """Those at which this process listens."""
    ours = set()
    for fd in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            ours.add(os.readlink(fd))
    for table in (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6")):
        for row in table.read_text().splitlines()[1:]:
            fields = row.split()
            if fields[3] == _IS_LISTENING and f"socket:[{fields[9]}]" in ours:
                yield f"port {int(fields[1].rpartition(':')[2], 16)}"
