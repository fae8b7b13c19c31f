"""Whole runs over a server with every fault: what is stored, what is lost, how often it asks."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from faults import FaultServer, big_image, image_of
from program import Result, run_archiver

CONFIG = """\
[network]
connect_timeout_s = 1.0
first_byte_timeout_s = 1.0
total_timeout_s = 3.0
floor_bytes_s = 0.001
backoff_s = 0.05
retry_after_cap_s = 3.0
host_failures = 1000
ca_file = "{ca_file}"
allow_networks = {networks}
[limits]
max_bytes = 1048576
redirects = 8
"""
# endpoint: (outcome, most requests); every endpoint of a host whose pauses matter has its own
FAULTS: dict[str, tuple[str, int]] = {
    "ok": ("stored", 1),
    "ref-none": ("stored", 1),
    "ua-block": ("stored", 1),
    "always-403": ("blocked", 4),
    "404": ("gone", 1),
    "410": ("gone", 1),
    "451": ("blocked", 1),
    "404-img": ("gone", 1),
    "500-once": ("stored", 2),
    "520-twice": ("stored", 3),
    "always-500": ("transient", 3),
    "429-sec": ("stored", 2),
    "429-date": ("stored", 2),
    "429-huge": ("transient", 1),
    "429-junk": ("stored", 3),
    "204": ("transient", 3),
    "206": ("transient", 3),
    "empty": ("transient", 3),
    "cut-cl": ("stored", 2),
    "cut-chunk": ("stored", 2),
    "cut-reset": ("stored", 2),
    "cut-always": ("transient", 3),
    "close-first": ("stored", 3),
    "close-always": ("transient", 6),  # aiohttp sends a GET again by itself
    "silent": ("transient", 3),
    "slow-head": ("transient", 3),
    "slow-body": ("transient", 3),
    "early-for-ever": ("transient", 3),
    "big-decl": ("too_big", 1),
    "big-undecl": ("too_big", 1),
    "endless": ("too_big", 1),
    "big-ok": ("stored", 1),
    "html-as-jpg": ("not_image", 1),
    "img-as-html": ("stored", 1),
    "octet": ("stored", 1),
    "no-type": ("stored", 1),
    "two-types": ("stored", 1),
    "jpg-is-webp": ("stored", 1),
    "accept": ("stored", 1),
    "gz": ("stored", 1),
    "gz-cut": ("transient", 3),
    "gz-twice": ("transient", 1),
    "deflate-zlib": ("stored", 1),
    "deflate-raw": ("stored", 1),
    "br": ("stored", 1),
    "zstd": ("stored", 1),
    "unknown-coding": ("transient", 1),
    "gz-lie": ("stored", 1),
    "gz-bomb": ("too_big", 1),
    "no-reason": ("stored", 1),
    "lf-only": ("stored", 1),
    "early": ("stored", 1),
    "hdr-9k": ("stored", 1),
    "many-headers": ("unreachable", 1),
    "te-cl": ("unreachable", 1),
    "redir-5": ("stored", 6),
    "redir-loop": ("unreachable", 9),
    "redir-none": ("transient", 2),
    "redir-data": ("unsafe", 1),
    "redir-file": ("unsafe", 1),
    "redir-bad": ("unreachable", 1),
    "redir-utf8": ("stored", 2),
    "redir-latin1": ("stored", 2),
    "redir-private": ("unsafe", 1),
    "cookie": ("stored", 2),
    "etag": ("stored", 1),
    "tls-ok": ("stored", 1),
    "tls-expired": ("unreachable", 0),
    "tls-host": ("unreachable", 0),
    "tls-chain": ("unreachable", 0),
    "tls-old": ("unreachable", 0),
}
OWN_HOST = {"429-sec": 1, "429-date": 2, "429-huge": 3, "429-junk": 4, "silent": 5}
OWN_HOST |= {"slow-head": 6, "slow-body": 7, "early-for-ever": 8}


@pytest.fixture
def folder(tmp_path: Path, fault: FaultServer) -> Path:
    """An empty folder with a configuration of short times."""
    config = CONFIG.format(
        ca_file=fault.ca_file,
        networks=json.dumps(fault.allow_networks),
    )
    (tmp_path / "archiver.toml").write_text(config)
    return tmp_path


def write_page(path: Path, urls: list[str]) -> bytes:
    page = "<!doctype html>\n" + "".join(f'<p><img src="{url}" alt=x>\n' for url in urls)
    path.write_bytes(page.encode())
    return page.encode()


def archive(folder: Path, *arguments: str) -> tuple[Result, dict[str, dict[str, object]]]:
    """Run in place; the result, and the image lines by URL."""
    result = run_archiver("archive", *arguments, "--in-place", "--json", cwd=folder)
    assert "Traceback" not in result.stderr, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return result, {line["url"]: line for line in lines if line.get("kind") == "image"}


def stored_digests(folder: Path) -> set[str]:
    files = (path for path in (folder / "archive" / "assets").rglob("*") if path.is_file())
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_run_over_every_fault(folder: Path, fault: FaultServer) -> None:
    """Each is had or named; the bytes of the page change where a picture was had, only there."""
    urls = {name: fault.url(name, f"run-{name}", host=OWN_HOST.get(name, 0)) for name in FAULTS}
    before = write_page(folder / "page.html", list(urls.values()))
    start = time.monotonic()
    result, images = archive(folder, "page.html")
    assert time.monotonic() - start < 60
    assert result.code == 3

    found = {name: images[url]["outcome"] for name, url in urls.items()}
    assert found == {name: outcome for name, (outcome, _) in FAULTS.items()}
    asked = {name: len(fault.log(f"run-{name}")) for name in FAULTS}
    assert {n: asked[n] for n, (_, most) in FAULTS.items() if asked[n] > most} == {}
    assert fault.private_connections == 0

    after = (folder / "page.html").read_bytes()
    for name, url in urls.items():
        assert (url.encode() in after) == (FAULTS[name][0] != "stored"), name
    assert len(after.splitlines()) == len(before.splitlines())
    usual = {
        image_of(f"run-{name}") for name, (outcome, _) in FAULTS.items() if outcome == "stored"
    }
    usual -= {image_of(f"run-{name}") for name in ("big-ok", "jpg-is-webp", "accept")}
    usual |= {big_image("run-big-ok"), image_of("run-jpg-is-webp", "webp")}
    usual |= {image_of("run-accept", "jpg")}
    assert stored_digests(folder) == {hashlib.sha256(data).hexdigest() for data in usual}
    assert list((folder / ".archiver" / "tmp").glob("*")) == []

    again, _ = archive(folder, "page.html")
    asked_again = {name: len(fault.log(f"run-{name}")) for name in FAULTS}
    assert asked_again == asked, "nothing lost is due yet"
    assert again.code in (0, 3)


def test_one_request_however_often_it_is_shown(folder: Path, fault: FaultServer) -> None:
    url = fault.url("big-ok", "single-flight")
    for name in ("a.html", "b.html"):
        write_page(folder / name, [url] * 5)
    result, _ = archive(folder, "a.html", "b.html")
    assert result.code == 0, result.stderr
    assert len(fault.log("single-flight")) == 1


def test_a_host_is_never_asked_by_more_than_so_many(folder: Path, fault: FaultServer) -> None:
    names = [f"crowd-{n}" for n in range(12)]
    for page in range(3):
        urls = [fault.url("big-ok", name, host=9) for name in names[page::3]]
        write_page(folder / f"{page}.html", urls)
    result, _ = archive(folder, "0.html", "1.html", "2.html")
    assert result.code == 0, result.stderr
    spans = [(e.start_s, e.end_s or e.start_s) for name in names for e in fault.log(name)]
    assert len(spans) >= 12  # a busy machine tries some again
    assert max(sum(s <= start < e for s, e in spans) for start, _ in spans) <= 4


@pytest.mark.parametrize("seed", range(2))
def test_killed_and_run_again(folder: Path, fault: FaultServer, seed: int) -> None:
    """Twelve pictures, faults among them; killed at some request, the next run finishes the job."""
    kinds = ["ok"] * 7 + ["500-once", "cut-cl", "gz", "redir-5", "404"]
    names = [(kind, f"killed-{seed}-{n}") for n, kind in enumerate(kinds)]
    write_page(folder / "page.html", [fault.url(kind, name) for kind, name in names])
    run = [sys.executable, "-m", "archiver", "archive", "page.html", "--in-place", "--quiet"]
    after = random.Random(seed).randrange(1, 12)
    with subprocess.Popen(run, cwd=folder, env=os.environ, start_new_session=True) as killed:
        deadline = time.monotonic() + 60
        while sum(len(fault.log(name)) for _, name in names) < after:
            assert killed.poll() is None and time.monotonic() < deadline
            time.sleep(0.002)
        os.killpg(killed.pid, signal.SIGKILL)
    result, images = archive(folder, "page.html")
    assert result.code == 3, result.stderr
    wanted = {image_of(name) for kind, name in names if kind != "404"}
    assert stored_digests(folder) == {hashlib.sha256(data).hexdigest() for data in wanted}
    assert b"/f/404/" in (folder / "page.html").read_bytes()
    assert (folder / "page.html").read_bytes().count(b"http://") == 1
    assert list((folder / ".archiver" / "tmp").glob("*.part")) == []
    assert Counter(str(image["outcome"]) for image in images.values())["gone"] == 1
