"""A run that is stopped by a signal ends within seconds, all is whole, the next one finishes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faults import FaultServer
from program import run_archiver

CONFIG = "[network]\nallow_networks = {networks}\nfirst_byte_timeout_s = 60.0\n"
SECONDS = 8  # what "within seconds" is on a busy machine; the server would be silent for a minute


@pytest.fixture
def folder(tmp_path: Path, fault: FaultServer) -> Path:
    networks = str(list(fault.allow_networks)).replace("'", '"')
    (tmp_path / "archiver.toml").write_text(CONFIG.format(networks=networks))
    return tmp_path


def write_posts(folder: Path, fault: FaultServer, token: str) -> dict[Path, bytes]:
    """Posts of which every second waits for a server that says nothing."""
    posts = {}
    for n in range(8):
        kind = "silent" if n % 2 else "ok"
        text = "".join(f"![]({fault.url(kind, f'{token}-{n}-{m}', host=n)})\n" for m in range(3))
        posts[folder / f"{n}.md"] = text.encode()
    for path, data in posts.items():
        path.write_bytes(data)
    return posts


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    run = [sys.executable, "-m", "archiver", "archive", "*.md", "--in-place", *options]
    return subprocess.Popen(
        run, cwd=folder, env=os.environ, text=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )


def wait_for_requests(running: subprocess.Popen[str], fault: FaultServer, token: str) -> None:
    """Until the silent server was asked for a picture of each of its posts."""
    deadline = time.monotonic() + 60
    while not all(any(fault.log(f"{token}-{n}-{m}") for m in range(3)) for n in (1, 3, 5, 7)):
        assert running.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_stopped_while_servers_are_silent(
    folder: Path, fault: FaultServer, number: int, code: int
) -> None:
    token = f"stopped-{code}"
    posts = write_posts(folder, fault, token)
    with start(folder, "--report", "report.json") as running:
        wait_for_requests(running, fault, token)
        began = time.monotonic()
        running.send_signal(number)
        _, stderr = running.communicate(timeout=60)
    assert time.monotonic() - began < SECONDS
    assert running.returncode == code
    assert stderr.strip() == "archiver: stopped; the next run goes on from here"

    report = json.loads((folder / "report.json").read_text())
    assert (report["ending"], report["error"]) == ("stopped", "")
    assert all(image["outcome"] == "stored" for image in report["images"])

    for path, before in posts.items():
        after = path.read_bytes()
        assert after == before or b"http" not in after, "neither old nor new"
    left = [p for p in folder.rglob("*") if p.name.endswith((".part", "~", "-journal"))]
    assert left == [] and list((folder / ".archiver" / "tmp").iterdir()) == []

    for path, before in posts.items():
        path.write_bytes(path.read_bytes().replace(b"/silent/", b"/ok/"))
        posts[path] = before.replace(b"/silent/", b"/ok/")
    again = run_archiver("archive", "*.md", "--in-place", cwd=folder)
    assert again.code == 0, again.stdout + again.stderr
    assert all(b"http" not in path.read_bytes() for path in posts)
    assert run_archiver("restore", "--all", cwd=folder).code == 0
    assert all(p.read_bytes() == data for p, data in posts.items() if b"/silent/" not in data)


def test_stopped_at_any_moment(folder: Path, fault: FaultServer) -> None:
    """Early and late, also while documents are written."""
    for n, delay_s in enumerate((0.05, 0.3, 0.8, 1.2, 1.6)):
        path = folder / f"{n}.md"
        urls = [fault.url("ok", f"moment-{n}-{m}", host=m % 8) for m in range(12)]
        path.write_text("".join(f"![]({url})\n" for url in urls))
        with start(folder, "--quiet") as running:
            time.sleep(delay_s)
            running.send_signal(signal.SIGTERM)
            _, stderr = running.communicate(timeout=60)
        assert running.returncode in (0, 143, -signal.SIGTERM)  # before Python took it over
        assert "Traceback" not in stderr
    assert run_archiver("archive", "*.md", "--in-place", cwd=folder).code == 0
    assert all(b"http" not in path.read_bytes() for path in folder.glob("*.md"))
    assert list((folder / ".archiver" / "tmp").iterdir()) == []
