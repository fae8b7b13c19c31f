"""Real nodes of Ray on loopback, ended by the ids of their processes and by nothing else.

with RayNodes({}) as nodes:
    nodes.start_head()
    nodes.start("second", hidden=folder)
    ...  # run the program with nodes.environment
    nodes.kill("second")
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from required import give_up, require

MARK = "ARCHIVER_TESTS_NODE"  # in the environment of each process of a node; children inherit it
_START_S = 180.0  # a safety net; it takes four seconds on a machine at rest
_STORE_BYTES = "80000000"
# Ray takes 127.0.0.1 for a mistake and puts the machine's own address in its place.
_START = """
import ray._private.services as services
services.node_ip_address_from_perspective = lambda *_: "127.0.0.1"
from ray.scripts.scripts import main
main()
"""


class RayNodes:
    """Nodes of one cluster.

    Args:
        environment: what its processes have beside ours.

    Attributes:
        address: HOST:PORT of the head.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="rn", dir="/tmp"))  # paths of sockets are short
        self._mark = secrets.token_hex(8)
        self.address = f"127.0.0.1:{_free_port()}"
        # With a description of the cluster, though empty, the head asks no cloud for its metadata.
        (self._folder / "ray_bootstrap_config.yaml").write_text("{}\n")
        self._common = {
            "HOME": str(self._folder),
            "RAY_TMPDIR": str(self._folder),
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(self._write_token()),
            "RAY_USAGE_STATS_ENABLED": "0",
            # Where the head of a cluster would tell that it tells nothing.
            "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9/",
            "RAY_raylet_start_wait_time_s": "150",  # on a busy machine
            "RAY_gcs_rpc_server_reconnect_timeout_s": "10",
            **environment,
        }

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to join the cluster, beside `address`; it stays on 127.0.0.1."""
        return self._common | {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _kill(list(self._processes(self._mark)))
        shutil.rmtree(self._folder, ignore_errors=True)

    def start_head(self) -> None:
        """Start the head, as the node ``head``."""
        port = self.address.rpartition(":")[2]
        self._start("head", "--head", "--port", port, "--include-dashboard=false", "--no-monitor")

    def start(self, name: str, hidden: Path) -> None:
        """Start another node, whose folder *hidden* is empty and its own, as on another machine."""
        self._start(name, "--address", self.address, hidden=hidden)

    def actors(self, kind: str, name: str = "") -> list[int]:
        """Process ids of the actors of a kind, on the node *name* or on all."""
        mark = f"{self._mark}-{name}"
        return [pid for pid in self._processes(mark) if kind in _command_of(pid)]

    def kill(self, name: str) -> None:
        """End a node as a power cut does: all its processes at once."""
        _kill(list(self._processes(f"{self._mark}-{name}")))

    def is_there(self, name: str) -> bool:
        """Whether a node of that name lives."""
        return next(self._processes(f"{self._mark}-{name}"), None) is not None

    def _start(self, name: str, *arguments: str, hidden: Path | None = None) -> None:
        ray = [sys.executable, "-c", _START, "start", *arguments]
        if hidden is not None:
            ray = [*_hide(hidden), *ray]
        common = ["--node-ip-address", "127.0.0.1", "--num-cpus", "1"]
        memory = ["--object-store-memory", _STORE_BYTES]
        environment = os.environ | self._common | {MARK: f"{self._mark}-{name}"}
        done = subprocess.run(
            [*ray, *common, *memory],
            env=environment, capture_output=True, text=True, timeout=_START_S, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def _write_token(self) -> Path:
        path = self._folder / "token"
        path.touch(0o600)
        path.write_text(secrets.token_hex(32))
        return path

    def _processes(self, mark: str) -> Iterator[int]:
        """Those with the mark, and what they started: the title that a process of Ray gives itself
        may be written over its environment."""
        entry = f"{MARK}={mark}".encode()
        parents: dict[int, int] = {}
        found: set[int] = set()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                state = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = int(state[1])
                if any(e.startswith(entry) for e in (folder / "environ").read_bytes().split(b"\0")):
                    found.add(int(folder.name))
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        yield from found


def _hide(folder: Path) -> list[str]:
    """The words before a command that sees an empty folder of its own in the place of *folder*."""
    words = [require("mount")["unshare"], "--mount", "sh", "-c"]
    script = 'mount -t tmpfs none "$0" && exec "$@"'
    tried = subprocess.run(
        [*words, script, folder, "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        give_up("mount", tried.stderr.strip())
    return [*words, script, str(folder)]


def wait_until(is_so: object, deadline_s: float, what: str) -> None:
    """Look again and again; *is_so* is a function without arguments."""
    assert callable(is_so)
    end_s = time.monotonic() + deadline_s
    while not is_so():
        assert time.monotonic() < end_s, what
        time.sleep(0.05)


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    end_s = time.monotonic() + 10
    while time.monotonic() < end_s and any(_is_there(pid) for pid in pids):
        time.sleep(0.02)


def _is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
