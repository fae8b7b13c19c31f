"""The guard itself: what leaves loopback is refused in this process and in every Python child."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from network_guard import NetworkRefusedError

# TEST-NET addresses: were the guard broken, nobody would answer there.
OUTSIDE = {
    "IPv4": (socket.AF_INET, ("192.0.2.1", 80)),
    "IPv4 of a private network": (socket.AF_INET, ("10.0.0.1", 80)),
    "the unspecified address": (socket.AF_INET, ("0.0.0.0", 80)),
    "an empty host": (socket.AF_INET, ("", 80)),
    "IPv6": (socket.AF_INET6, ("2001:db8::1", 80)),
    "IPv6 with flow and scope": (socket.AF_INET6, ("fe80::1", 80, 0, 1)),
    "mapped IPv4": (socket.AF_INET6, ("::ffff:192.0.2.1", 80)),
}

DIAL = """
import socket, sys
try:
    socket.create_connection(("192.0.2.1", 80), 1)
except Exception as error:
    sys.exit(type(error).__name__)
"""


@pytest.fixture
def refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A refusal log of the test's own, so that those it provokes don't fail it."""
    log = tmp_path / "refusals.txt"
    monkeypatch.setenv("NETWORK_GUARD_LOG", str(log))
    return log


@pytest.mark.parametrize(("family", "address"), OUTSIDE.values(), ids=OUTSIDE.keys())
@pytest.mark.parametrize("dial", ["connect", "connect_ex"])
def test_guard_refuses(dial: str, family: int, address: tuple[object, ...], refusals: Path) -> None:
    with socket.socket(family) as sock, pytest.raises(NetworkRefusedError):
        getattr(sock, dial)(address)
    assert str(address[0]) in refusals.read_text()


def test_guard_refuses_a_datagram(refusals: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        with pytest.raises(NetworkRefusedError):
            sock.sendto(b"x", ("192.0.2.1", 53))
        with pytest.raises(NetworkRefusedError):
            sock.sendmsg([b"x"], [], 0, ("192.0.2.1", 53))
    assert len(refusals.read_text().splitlines()) == 2


def test_guard_refuses_a_lookup(refusals: Path) -> None:
    for look_up in (socket.gethostbyname, lambda name: socket.getaddrinfo(name, 80)):
        with pytest.raises(NetworkRefusedError):
            look_up("img.example.com")


async def test_guard_refuses_asyncio(refusals: Path) -> None:
    with pytest.raises(NetworkRefusedError):
        await asyncio.open_connection("192.0.2.1", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.9", "localhost"])
def test_guard_lets_loopback_pass(host: str) -> None:
    with socket.create_server((host, 0)) as server:
        socket.create_connection(server.getsockname()[:2], 5).close()


def test_guard_lets_unix_sockets_pass(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)


def test_guard_holds_in_a_child(refusals: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", DIAL], capture_output=True, text=True, check=False
    )
    assert child.stderr.strip() == "NetworkRefusedError"
    assert "192.0.2.1" in refusals.read_text()


POOL = """
import multiprocessing, socket, sys
from network_guard import NetworkRefusedError
with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
    try:
        pool.apply(socket.create_connection, (("192.0.2.1", 80), 1))
    except NetworkRefusedError:
        print("refused")
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_guard_holds_in_a_worker(method: str, refusals: Path) -> None:
    """Of a child: what multiprocessing keeps running ends with it."""
    child = subprocess.run(
        [sys.executable, "-c", POOL, method], capture_output=True, text=True, check=False
    )
    assert child.stdout == "refused\n", child.stderr
    assert "192.0.2.1" in refusals.read_text()
