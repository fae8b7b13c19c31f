"""Servers that speak S3, on loopback: moto in this process, and Ceph's gateway, the real thing.

    with moto_server() as server:
        url = server.new_url()          # s3://… of a bucket of its own
        run_archiver(..., environment=server.environment)

Ceph is neither installed nor put into a container: its packages are unpacked into a folder and one
monitor, one disk in memory and the gateway run from there. The environment variable
``ARCHIVER_TESTS_CEPH`` names the folder; where it is empty the packages are fetched into it by
``apt-get``, which needs root.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

VARIABLE = "ARCHIVER_TESTS_CEPH"
_KEY, _SECRET = "AKIDTESTTEST", "SECRETTESTTEST"
_PACKAGES = ("ceph-mon", "ceph-osd", "radosgw", "ceph-common")
_READY_S = 60  # it takes some 15
# The system's own: the packages hold modules compiled for it.
_PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable


@dataclass(frozen=True, slots=True)
class S3Server:
    """A server on loopback; buckets are made as they are asked for."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs to use it."""
        return {
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
        }

    def client(self):  # type: ignore[no-untyped-def]
        """boto3's, for what the tests look at from outside."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=_KEY,
            aws_secret_access_key=_SECRET,
        )

    def new_url(self, prefix: str = "a/b") -> str:
        """The URL of a folder in a bucket that was not there before."""
        bucket = f"t-{uuid.uuid4().hex[:12]}"
        self.client().create_bucket(Bucket=bucket)
        return f"s3://{bucket}/{prefix}"

    def paths(self, url: str) -> list[str]:
        """The path below *url* of every object there, sorted."""
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        pages = self.client().get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=bucket, Prefix=prefix + "/")
        keys = [each["Key"] for page in found for each in page.get("Contents", ())]
        return [key.removeprefix(prefix + "/") for key in keys]

    def objects(self, url: str) -> dict[str, bytes]:
        """Path below *url* → bytes of every object there, in a bucket nobody works on."""
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        client = self.client()
        return {
            path: client.get_object(Bucket=bucket, Key=f"{prefix}/{path}")["Body"].read()
            for path in self.paths(url)
        }


Spoil = Callable[[dict[str, Any]], str | None]
"""Changes a request (a WSGI environment), or gives the status that answers it."""


def ignore_conditions(request: dict[str, Any]) -> None:
    """As old servers do."""
    request.pop("HTTP_IF_NONE_MATCH", None)
    request.pop("HTTP_IF_MATCH", None)


@contextmanager
def moto_server(spoil: Spoil | None = None) -> Iterator[S3Server]:
    """moto's server in a thread; its state is this process's."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    if spoil is not None:
        server._server.app = _Spoiled(server._server.app, spoil)
    try:
        host, port = server.get_host_and_port()
        yield S3Server(f"http://{host}:{port}")
    finally:
        server.stop()


class _Spoiled:
    """A server that is not as it should be."""

    def __init__(self, app: Callable[..., Any], spoil: Spoil) -> None:
        self._app, self._spoil = app, spoil

    def __call__(self, request: dict[str, Any], start: Callable[..., Any]) -> Any:
        status = self._spoil(request)
        if status is None:
            return self._app(request, start)
        start(status, [("Content-Length", "0")])
        return [b""]


def ceph_root() -> Path | None:
    """The folder the packages are unpacked in; None where there is none and none can be made."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    root = Path(named)
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:  # workers of the suite may come at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "usr" / "bin" / "radosgw").exists():
            _unpack(root)
    return root


def _unpack(root: Path) -> None:
    """Fetch the packages with what they need, and unpack them; nothing is installed."""
    with TemporaryDirectory() as folder:
        Path(folder, "partial").mkdir()
        words = ["apt-get", "install", "-qy", "--download-only", "--no-install-recommends"]
        words += ["-o", f"Dir::Cache::archives={folder}", *_PACKAGES]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        for package in sorted(Path(folder).glob("*.deb")):
            subprocess.run(["dpkg", "-x", str(package), str(root)], check=True)


@contextmanager
def ceph_server(root: Path) -> Iterator[S3Server]:
    """A Ceph of one node in memory, from the packages in *root*; some 15 s to start."""
    with TemporaryDirectory(prefix="ceph-") as folder, ExitStack() as stack:
        ceph = _Ceph(root, Path(folder), *_free_ports(2))
        ceph.lay_out()
        stack.enter_context(ceph.running("ceph-mon", "-i", "a"))
        disk = str(uuid.uuid4())
        ceph.run(_PYTHON, str(root / "usr/bin/ceph"), "--connect-timeout", "30",
                 "osd", "new", disk)  # fmt: skip
        ceph.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk)
        stack.enter_context(ceph.running("ceph-osd", "-i", "0"))
        stack.enter_context(ceph.running("radosgw", "-n", "client.rgw"))
        server = S3Server(f"http://127.0.0.1:{ceph.gateway_port}")
        _wait_for(server.endpoint)
        ceph.run("radosgw-admin", "-n", "client.rgw", "user", "create", "--uid=t",
                 "--display-name=t", f"--access-key={_KEY}", f"--secret-key={_SECRET}")  # fmt: skip
        yield server


@dataclass(frozen=True, slots=True)
class _Ceph:
    root: Path
    folder: Path
    monitor_port: int
    gateway_port: int

    def lay_out(self) -> None:
        """Folders, configuration, keys and the monitor's map."""
        for name in ("mon", "osd", "run"):
            (self.folder / name).mkdir()
        cluster = str(uuid.uuid4())
        (self.folder / "ceph.conf").write_text(self._configuration(cluster))
        keyring = str(self.folder / "keyring")
        allowed = {
            "mon.": "mon",
            "client.admin": "mon osd mgr mds",
            "osd.0": "mon osd",
            "client.rgw": "mon osd mgr",
        }
        for number, (name, parts) in enumerate(allowed.items()):
            caps = [word for part in parts.split() for word in ("--cap", part, "allow *")]
            create = () if number else ("--create-keyring",)
            self.tool("ceph-authtool", *create, keyring, "--gen-key", "-n", name, *caps)
        self.tool("monmaptool", "--create", "--addv", "a", self._monitor, "--fsid", cluster,
                  str(self.folder / "monmap"))  # fmt: skip
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", str(self.folder / "monmap"),
                 "--keyring", keyring)  # fmt: skip

    @property
    def _monitor(self) -> str:
        return f"[v2:127.0.0.1:{self.monitor_port}]"

    @property
    def _environment(self) -> dict[str, str]:
        library = self.root / "usr/lib/x86_64-linux-gnu"
        places = (library, self.root / "lib/x86_64-linux-gnu", library / "ceph",
                  self.root / "usr/lib/ceph")  # fmt: skip
        return os.environ | {
            "LD_LIBRARY_PATH": os.pathsep.join(map(str, places)),
            "PATH": f"{self.root / 'usr/bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.root / "usr/lib/python3/dist-packages"),
        }

    def tool(self, *words: str) -> None:
        done = subprocess.run(
            [self._found(words[0]), *words[1:]],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{words[0]}: exit {done.returncode}: {done.stderr[-2000:]}")

    def run(self, *words: str) -> None:
        """A tool that talks to the cluster."""
        at = 2 if words[0] == _PYTHON else 1
        self.tool(*words[:at], "-c", str(self.folder / "ceph.conf"), *words[at:])

    @contextmanager
    def running(self, name: str, *words: str) -> Iterator[None]:
        """A daemon, stopped at the end by its own process id."""
        command = [self._found(name), "-c", str(self.folder / "ceph.conf"), *words, "-f"]
        with (self.folder / f"{name}.out").open("wb") as out:
            process = subprocess.Popen(command, env=self._environment, stdout=out, stderr=out)
            try:
                yield
            finally:
                process.kill()
                process.wait(30)

    def _found(self, name: str) -> str:
        path = self.root / "usr/bin" / name
        return str(path) if path.exists() else name

    def _configuration(self, cluster: str) -> str:
        library, folder = self.root / "usr/lib/x86_64-linux-gnu", self.folder
        return f"""
[global]
fsid = {cluster}
mon host = {self._monitor}
public network = 127.0.0.0/8
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = {folder}/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail warn = 1
mon data avail crit = 1
run dir = {folder}/run
admin socket = {folder}/run/$name.$pid.asok
log file = {folder}/$name.log
crash dir = {folder}/crash
plugin dir = {library}/ceph
erasure code dir = {library}/ceph/erasure-code
osd class dir = {library}/rados-classes
osd class load list = *
osd class default list = *
osd objectstore = memstore
memstore device bytes = 2147483648
osd data = {folder}/osd
mon data = {folder}/mon
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{self.gateway_port} tcp_nodelay=1
"""


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _wait_for(url: str) -> None:
    until = time.monotonic() + _READY_S
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
