"""Refuses, before it is dialled, every connection that would leave loopback.

`install` adds an audit hook, which nothing in the process can remove. Tests load it from
`conftest.py`; every Python child loads it through ``PYTHONPATH`` and `sitecustomize`; benchmarks
and examples call `guard_this_process_and_children`.

A refusal raises `NetworkRefusedError` where the connection was asked for. Code under test may
swallow that, so it is also appended to the file that ``NETWORK_GUARD_LOG`` names; the fixture
`no_refused_connections` fails the test that caused it, in whichever process that was.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Names would be looked up by a resolver outside this machine; this one stands in /etc/hosts.
_LOCAL_NAMES = frozenset({"localhost", ""})
_LOCAL_FAMILIES = frozenset({"AF_UNIX", "AF_NETLINK", "AF_ALG"})
_is_installed = False


class NetworkRefusedError(RuntimeError):
    """Something tried to reach an address outside loopback."""


def install() -> None:
    """Guard this process. Doing it twice is doing it once."""
    global _is_installed
    if not _is_installed:
        _is_installed = True
        sys.addaudithook(_on_event)


def guard_this_process_and_children() -> None:
    """Guard this process and every Python process it starts from now on."""
    install()
    folder = str(Path(__file__).parent)
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if folder not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([folder, *filter(None, paths)])


def is_loopback(host: object) -> bool:
    """Whether *host* is an address of 127.0.0.0/8 or ``::1`` in its plain spelling."""
    import ipaddress  # here, because every Python child of the suite imports this file

    try:
        address = ipaddress.ip_address(_text(host))
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_loopback
    return address == ipaddress.IPv6Address("::1")


def _on_event(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        _check_address(event, *arguments)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        _check_name(event, arguments[0])


def _check_address(event: str, sock: object, address: object) -> None:
    family = getattr(sock, "family", None)
    if address is None or getattr(family, "name", "") in _LOCAL_FAMILIES:
        return
    host = address[0] if isinstance(address, tuple) and address else address
    if not is_loopback(host):
        _refuse(f"{event} {address!r}")


def _check_name(event: str, host: object) -> None:
    """Let addresses pass, which need no lookup, and refuse names, which do."""
    import ipaddress

    if host is None or _text(host) in _LOCAL_NAMES or _is_in_hosts_file(_text(host)):
        return
    try:
        ipaddress.ip_address(_text(host))
    except ValueError:
        _refuse(f"{event} {host!r}")


def _is_in_hosts_file(name: str) -> bool:
    """Whether /etc/hosts maps *name* to loopback: this machine's own name, which servers look up
    when they start."""
    try:
        lines = Path("/etc/hosts").read_text("utf-8").splitlines()
    except OSError:
        return False
    entries = [line.partition("#")[0].split() for line in lines]
    found = [entry[0] for entry in entries if name in entry[1:]]
    return bool(found) and all(map(is_loopback, found))


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def _refuse(what: str) -> None:
    log = os.environ.get("NETWORK_GUARD_LOG")
    if log:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{what} in process {os.getpid()}\n")
    raise NetworkRefusedError(f"refused before it was dialled: {what}")
