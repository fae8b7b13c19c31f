"""curl's --connect-to: the grammar, which entry counts, and what stays of the URL."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import ask
from origin import Origin

from archiver.errors import ConfigError
from archiver.fetch.client import Client
from archiver.fetch.connect_to import find_target, parse_connect_to
from archiver.fetch.guard import AddressGuard
from archiver.fetch.resolver import Address
from archiver.fetch.settings import FetchSettings

A, B = "a.example", "b.example"
TARGETS = {
    "all given": (["a.example:80:127.0.0.1:81"], A, 80, ("127.0.0.1", 81)),
    "another host": (["a.example:80:127.0.0.1:81"], B, 80, None),
    "another port": (["a.example:80:127.0.0.1:81"], A, 443, None),
    "any host": ([":80:127.0.0.1:81"], B, 80, ("127.0.0.1", 81)),
    "any port": (["a.example::127.0.0.1:81"], A, 443, ("127.0.0.1", 81)),
    "anything": (["::127.0.0.1:81"], B, 1, ("127.0.0.1", 81)),
    "the same host": (["a.example:80::81"], A, 80, (A, 81)),
    "the same port": (["a.example:80:127.0.0.1:"], A, 80, ("127.0.0.1", 80)),
    "nothing changes": (["::: "[:-1]], A, 80, (A, 80)),
    "the first that fits": (["b.example::x:1", "a.example::y:2", "::z:3"], A, 80, ("y", 2)),
    "capitals": (["A.Example:80:127.0.0.1:81"], A, 80, ("127.0.0.1", 81)),
    "IPv6": (["[::2]:80:[::1]:81"], "::2", 80, ("::1", 81)),
    "no entry": ([], A, 80, None),
}


@pytest.mark.parametrize(("rules", "host", "port", "expected"), TARGETS.values(), ids=TARGETS)
def test_find_target(
    rules: list[str], host: str, port: int, expected: tuple[str, int] | None
) -> None:
    assert find_target([parse_connect_to(rule) for rule in rules], host, port) == expected


BAD = ["", "a", "a:1", "a:1:b", "a:1:b:2:c", "a:x:b:2", "a:0:b:2", "a:1:b:65536", "::1:80:b:2"]


@pytest.mark.parametrize("text", BAD)
def test_entries_that_are_none(text: str) -> None:
    with pytest.raises(ConfigError, match=r"network\.connect_to"):
        FetchSettings(connect_to=(text,))


MAPPED = {
    "a name": "http://img.example.com/a.png",
    "a name, over TLS": "https://img.example.com/a.png",
    "an address": "http://192.0.2.7/a.png",
    "an IPv6 address": "http://[2001:db8::7]/a.png",
}


@pytest.mark.parametrize("url", MAPPED.values(), ids=MAPPED.keys())
async def test_host_header_and_certificate_stay(url: str, origin: Origin, tmp_path: Path) -> None:
    """No resolver knows the host; the certificate is for the host of the URL."""
    settings = FetchSettings(connect_to=origin.connect_to, ca_file=origin.ca_file)
    async with Client(settings, str(tmp_path)) as client:
        assert (await ask(client, url)).outcome == "gone"
    assert origin.urls == [url]


async def test_connections_are_not_shared_between_names(origin: Origin, tmp_path: Path) -> None:
    """One mirror, two certificates: each name has its own connection."""
    settings = FetchSettings(connect_to=origin.connect_to, ca_file=origin.ca_file)
    async with Client(settings, str(tmp_path)) as client:
        for host in ("a.example", "b.example", "a.example"):
            await ask(client, f"https://{host}/a.png")
    assert [exchange.connection for exchange in origin.exchanges] == [1, 2, 1]


async def test_target_may_be_a_name(origin: Origin, tmp_path: Path) -> None:
    """The operator's names pass the guard, wherever they lead."""

    async def look_up(host: str) -> list[Address]:
        assert host == "mirror.internal"
        return [Address("127.0.0.1")]

    settings = FetchSettings(connect_to=(f":80:mirror.internal:{origin.port}",))
    async with Client(settings, str(tmp_path), look_up) as client:
        assert (await ask(client, "http://img.example.com/a.png")).outcome == "gone"
    assert origin.urls == ["http://img.example.com/a.png"]


async def test_target_may_keep_the_port(origin: Origin, tmp_path: Path) -> None:
    settings = FetchSettings(connect_to=("::127.0.0.1:",))
    async with Client(settings, str(tmp_path)) as client:
        url = f"http://img.example.com:{origin.port}/a.png"
        assert (await ask(client, url)).outcome == "gone"


async def test_target_may_keep_the_host(tmp_path: Path) -> None:
    """Then only the port is the operator's choice; the address must be public."""

    async def look_up(host: str) -> list[Address]:
        return [Address("10.0.0.1")]

    settings = FetchSettings(connect_to=(":80::8080",))
    async with Client(settings, str(tmp_path), look_up) as client:
        result = await ask(client, "http://img.example.com/a.png")
    assert (result.outcome, result.reason) == ("unsafe", "address")
    guard = AddressGuard(FetchSettings())
    guard.allow_port(8080)
    assert guard.refusal("93.184.215.14", 8080) == ""


async def test_only_the_target_passes_the_guard(origin: Origin, tmp_path: Path) -> None:
    settings = FetchSettings(connect_to=(f":80:127.0.0.1:{origin.port}",))
    async with Client(settings, str(tmp_path)) as client:
        result = await ask(client, f"http://127.0.0.1:{origin.tls_port}/a.png")
    assert (result.outcome, result.reason) == ("unsafe", "address")
