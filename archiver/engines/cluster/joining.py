"""Joining a cluster of Ray: with its token or not at all.

Whoever reaches a cluster's head may run code on all its nodes, and the head listens on every
address of its machine. So there is always a token, in a file that only we may read.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archiver import files
from archiver.errors import RunError, UsageError
from archiver.pipeline.ray_settings import RaySettings

LOCAL = "local"
_MODE, _TOKEN = "RAY_AUTH_MODE", "RAY_AUTH_TOKEN_PATH"
_MANY = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"  # "0" keeps Ray on 127.0.0.1, on any system
_INSTALL = "engine = \"ray\" needs Ray: pip install 'image-asset-archiver[ray]'"
_HEAD_S = 10.0
_LONGEST_FOLDER = 20  # a socket's path has 107 bytes; below a folder here Ray's has some 85
_STORE_BYTES = 80_000_000  # of Ray's store, through which only small values go


@contextmanager
def join_cluster(settings: RaySettings, namespace: str) -> Iterator[int]:
    """How many nodes the cluster has, while this process is part of it.

    Raises:
        UsageError: Ray is not installed, or the token is not there or can be read by others.
        RunError: the cluster cannot be joined.
    """
    with _environment(settings) as folder:
        ray = _load_ray()
        _check_head(settings.address)
        # It tells of processes that die on stdout, among our own lines, log_to_driver or not.
        ray._private.worker._worker_logs_enabled = False
        previous = signal.getsignal(signal.SIGTERM)
        try:
            ray.init(address=settings.address, namespace=namespace, **_options(folder))
        except Exception as error:  # of many kinds, also built-in ones
            raise RunError(f"ray.address = {settings.address!r}: {error}") from error
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, previous)  # Ray takes it, and exits at once
        try:
            yield sum(node["Alive"] for node in ray.nodes())
        finally:
            ray.shutdown()


def _options(folder: str) -> dict[str, Any]:
    """Of `ray.init`: quiet, and as small as a cluster of one machine can be.

    Args:
        folder: for all that such a cluster writes; "": the cluster is another.
    """
    quiet = {"log_to_driver": False, "logging_level": "error", "configure_logging": False}
    if not folder:
        return quiet
    own = {"include_dashboard": False, "object_store_memory": _STORE_BYTES}
    return quiet | own | {"_node_ip_address": "127.0.0.1", "_temp_dir": folder}


def _check_head(address: str) -> None:
    """Say at once that nobody listens at HOST:PORT; Ray would try for minutes.

    Raises:
        RunError: it is so.
    """
    if ":" not in address:
        return
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _HEAD_S).close()
    except (OSError, OverflowError) as error:
        raise RunError(f"ray.address = {address!r}: no head answers there: {error}") from error


def _load_ray() -> Any:
    """Ray; it reads the environment when it is imported."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise UsageError(_INSTALL) from error
    return ray


@contextmanager
def _environment(settings: RaySettings) -> Iterator[str]:
    """Name the token's file in the environment, where Ray and its processes look for it.

    Gives the folder of a cluster of this machine alone, gone in the end; "" for another one.
    """
    before = {name: os.environ.get(name) for name in (_MODE, _TOKEN, _MANY, "HOME")}
    folder = _make_folder() if settings.address == LOCAL else ""
    try:
        path = _make_token(folder) if folder else settings.token_file or before[_TOKEN] or ""
        check_token(path)
        os.environ |= {_MODE: "token", _TOKEN: os.path.abspath(path)}
        if folder:
            os.environ[_MANY] = "0"
            _keep_off_the_clouds(folder)
        yield folder
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            os.environ |= {name: value} if value is not None else {}
        shutil.rmtree(folder or os.devnull, ignore_errors=True)


def _make_folder() -> str:
    """A new folder whose path leaves room for those of Ray's sockets."""
    where = tempfile.gettempdir()
    if len(where) > _LONGEST_FOLDER:
        where = "/tmp"
    return tempfile.mkdtemp(prefix="archiver-", dir=where)


def _keep_off_the_clouds(folder: str) -> None:
    """Have the head find a description of its cluster, though an empty one.

    Without it Ray 2.60 asks 169.254.169.254, the address of cloud providers' metadata, where it is,
    also with RAY_USAGE_STATS_ENABLED=0.
    """
    Path(folder, "ray_bootstrap_config.yaml").write_text("{}\n")
    os.environ["HOME"] = folder


def _make_token(folder: str) -> str:
    return files.write_spool(folder, secrets.token_hex(32).encode())


def check_token(path: str) -> None:
    """Refuse a file that is none, is empty, or that others may read.

    Raises:
        UsageError: it is so.
    """
    what = "expected the file that holds the cluster's token (mode 0600), on every node"
    if not path:
        raise UsageError(f"ray.token_file: {what}; or name it in {_TOKEN}")
    try:
        mode, text = Path(path).stat().st_mode, Path(path).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"ray.token_file = {path!r}: {error}; {what}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise UsageError(f"ray.token_file = {path!r}: others may read it; {what}")
    if not text.strip():
        raise UsageError(f"ray.token_file = {path!r}: empty; {what}")
