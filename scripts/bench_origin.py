"""nginx on loopback, started from a config of its own and stopped by its process."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_CONFIG = """\
daemon off;
master_process off;
pid {state}/nginx.pid;
error_log {state}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 10000;
  client_body_temp_path {state}/body;
  proxy_temp_path {state}/proxy;
  fastcgi_temp_path {state}/fastcgi;
  uwsgi_temp_path {state}/uwsgi;
  scgi_temp_path {state}/scgi;
  types {{ text/html html; image/jpeg jpg; image/png png; image/webp webp; }}
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""
_START_S = 5.0


@contextlib.contextmanager
def serve(root: Path, state: Path) -> Iterator[int]:
    """Serve the files of *root*; the port on 127.0.0.1.

    Raises:
        RuntimeError: there is no nginx, or it doesn't start.
    """
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/opt/homebrew/bin")
    if program is None:
        raise RuntimeError("this benchmark needs nginx")
    state.mkdir()
    port = _free_port()
    config = state / "nginx.conf"
    config.write_text(_CONFIG.format(state=state, root=root, port=port), encoding="utf-8")
    process = subprocess.Popen([program, "-p", str(state), "-c", str(config)])
    try:
        _wait_until_up(process, port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError("nginx didn't start")
