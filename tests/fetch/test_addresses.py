"""No spelling of an address inside is dialled, asked for directly or by a redirect."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from asking import ask, fault_settings
from faults import FaultServer
from origin import Origin
from pictures import picture
from spellings import SPELLINGS

from archiver.errors import ConfigError, FetchError
from archiver.fetch import guard as guard_module
from archiver.fetch.addresses import classify, parse_network
from archiver.fetch.client import Client
from archiver.fetch.guard import AddressGuard, _is_own
from archiver.fetch.resolver import (
    Address,
    LookUpFailedError,
    NoSuchNameError,
    _translate,
    ask_system,
)
from archiver.fetch.settings import FetchSettings

NAMED = {
    "name with a dot": "localhost.",
    "public name, loopback address": "loopback.example",
    "public name, private address": "private.example",
    "public name, metadata address": "metadata.example",
    "public name, IPv6 loopback": "loopback6.example",
    "public name, scoped address": "scoped.example",
}
UNREADABLE = {
    "zone": "[fe80::1%25eth0]",
    "too many parts": "127.0.0.0.1",
    "number too large": "4294967296",
    "empty": "",
}
NAMES = {
    "localhost.": [Address("127.0.0.1")],
    "loopback.example": [Address("127.0.0.1")],
    "private.example": [Address("10.1.2.3"), Address("192.168.0.1")],
    "metadata.example": [Address("169.254.169.254")],
    "loopback6.example": [Address("::1")],
    "scoped.example": [Address("fe80::1", 2)],
}
_dialled: list[tuple[str, object]] = []
_is_watching = False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _is_watching and event == "socket.connect":
        _dialled.append((event, arguments[1]))


sys.addaudithook(_watch)


@pytest.fixture
def dialled() -> Iterator[list[tuple[str, object]]]:
    """Every address that `connect` is given while the test runs."""
    global _is_watching
    _dialled.clear()
    _is_watching = True
    yield _dialled
    _is_watching = False


async def look_up(host: str) -> list[Address]:
    return NAMES.get(host) or ask_system(host)


@pytest.mark.parametrize("spelling", (SPELLINGS | NAMED).values(), ids=SPELLINGS | NAMED)
async def test_nothing_inside_is_dialled(
    spelling: str, fault: FaultServer, tmp_path: Path, dialled: list[tuple[str, object]]
) -> None:
    settings = fault_settings(
        fault, allow_ports=(fault.port,), allow_networks=(f"127.0.1.1/32:{fault.port}",)
    )
    url = f"http://{spelling}:{fault.port}/f/ok/inside.png"
    redirect = fault.url("redir-to", "inside", "", host=1, more="/" + quote(url, safe=""))
    before = fault.connections["127.0.0.1", fault.port]
    async with Client(settings, str(tmp_path), look_up) as client:
        results = [await ask(client, url), await ask(client, redirect)]
    assert [r.outcome for r in results] == ["unsafe", "unsafe"], [r.error for r in results]
    assert {r.reason for r in results} <= {"address", "fake-ip"}
    asked = [r.error.attempts for r in results if isinstance(r.error, FetchError)]
    assert asked == [0, 1], "the hop that led there was asked, the address was not"
    assert [address for _, address in dialled] == [("127.0.1.1", fault.port)]
    assert fault.connections["127.0.0.1", fault.port] == before


@pytest.mark.parametrize("spelling", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_what_is_no_host_is_not_dialled(
    spelling: str, fault: FaultServer, tmp_path: Path, dialled: list[tuple[str, object]]
) -> None:
    async with Client(fault_settings(fault), str(tmp_path), look_up) as client:
        result = await ask(client, f"http://{spelling}:{fault.port}/a.png")
    assert (result.outcome, result.reason) == ("unreachable", "url")
    assert dialled == []


async def test_only_the_allowed_address_of_a_name_is_dialled(
    fault: FaultServer, tmp_path: Path, dialled: list[tuple[str, object]]
) -> None:
    """A name that answers with both, then, when the cache has expired, with the bad one alone."""
    answers = [[Address("127.0.0.1"), Address("127.0.1.1")], [Address("127.0.0.1")]]
    settings = fault_settings(
        fault, allow_networks=(f"127.0.1.1/32:{fault.port}",), dns_cache_s=0.01
    )

    async def rebind(host: str) -> list[Address]:
        return answers.pop(0)

    async with Client(settings, str(tmp_path), rebind) as client:
        url = f"http://rebind.example:{fault.port}/f/cut-reset/rebind.png"
        result = await ask(client, url)
    assert answers == [], "looked up again for the second try"
    assert (result.outcome, result.reason) == ("unsafe", "address")
    assert [address for _, address in dialled] == [("127.0.1.1", fault.port)]


LOOKUPS = {
    "no such name": (NoSuchNameError("x"), "unreachable", "dns", 1),
    "no answer": (LookUpFailedError("x"), "transient", "dns-again", 3),
}


@pytest.mark.parametrize(("case", "row"), LOOKUPS.items(), ids=LOOKUPS.keys())
async def test_lookups_that_fail(
    case: str, row: tuple[Exception, str, str, int], fault: FaultServer, tmp_path: Path
) -> None:
    error, outcome, reason, tries = row

    async def fail(host: str) -> list[Address]:
        raise error

    async with Client(fault_settings(fault), str(tmp_path), fail) as client:
        result = await ask(client, "http://img.example.com/a.png")
        assert (client.requests_made, client.requests_sent) == (tries, 0)
    assert isinstance(result.error, FetchError) and result.error.attempts == 0
    assert (result.outcome, result.reason) == (outcome, reason)


async def test_name_without_addresses_does_not_exist(fault: FaultServer, tmp_path: Path) -> None:
    async def nothing(host: str) -> list[Address]:
        return []

    async with Client(fault_settings(fault), str(tmp_path), nothing) as client:
        assert (await ask(client, "http://img.example.com/a.png")).reason == "dns"


async def test_a_lookup_that_takes_for_ever_is_given_up(fault: FaultServer, tmp_path: Path) -> None:
    async def hang(host: str) -> list[Address]:
        await asyncio.sleep(3600)
        return []

    settings = fault_settings(fault, dns_timeout_s=0.05, tries=1)
    async with Client(settings, str(tmp_path), hang) as client:
        result = await ask(client, "http://img.example.com/a.png")
    assert (result.outcome, result.reason) == ("transient", "dns-again")


async def test_the_system_is_asked(origin: Origin, tmp_path: Path) -> None:
    origin.serve("/a.png", picture())
    ports = (origin.port,)
    settings = FetchSettings(allow_networks=(f"127.0.0.1/32:{origin.port}",), allow_ports=ports)
    async with Client(settings, str(tmp_path)) as client:
        result = await ask(client, f"http://localhost:{origin.port}/a.png")
    assert result.outcome == "ok"


NO_NAMES = {
    "a label that is too long": "a" * 64 + ".example",
    "an interface that is not there": "fe80::1%no-such-one",
}


@pytest.mark.parametrize("name", NO_NAMES.values(), ids=NO_NAMES.keys())
def test_names_that_cannot_exist(name: str) -> None:
    with pytest.raises(NoSuchNameError):
        ask_system(name)


def test_a_resolver_that_is_busy_may_answer_later() -> None:
    assert isinstance(_translate(socket.gaierror(socket.EAI_AGAIN, "later")), LookUpFailedError)


async def test_port_is_refused(fault: FaultServer, tmp_path: Path) -> None:
    async def public(host: str) -> list[Address]:
        return [Address("93.184.215.14")]

    async with Client(fault_settings(fault), str(tmp_path), public) as client:
        result = await ask(client, "http://img.example.com:6379/a.png")
    assert (result.outcome, result.reason) == ("unsafe", "port")


GUARD = {
    "public": ((), (), "93.184.215.14", 443, ""),
    "public IPv6": ((), (), "2606:2800:220:1::1", 443, ""),
    "public, other port": ((), (), "93.184.215.14", 22, "port"),
    "public inside NAT64": ((), (), "64:ff9b::5db8:d70e", 443, ""),
    "denied": ((), ("93.184.0.0/16",), "93.184.215.14", 443, "address"),
    "denied, mapped": ((), ("93.184.0.0/16",), "::ffff:93.184.215.14", 443, "address"),
    "denied port": ((), ("93.184.0.0/16:443",), "93.184.215.14", 80, ""),
    "allowed": (("10.1.0.0/16",), (), "10.1.2.3", 443, ""),
    "allowed, other port": (("10.1.0.0/16",), (), "10.1.2.3", 8080, "address"),
    "allowed with its port": (("10.1.0.0/16:8080",), (), "10.1.2.3", 8080, ""),
    "allowed with another port": (("10.1.0.0/16:8080",), (), "10.1.2.3", 443, "address"),
    "allowed IPv6 with its port": (("[fd00::/8]:8080",), (), "fd00::1", 8080, ""),
    "denied beats allowed": (("10.1.0.0/16",), ("10.1.2.0/24",), "10.1.2.3", 443, "address"),
    "fake address": ((), (), "198.18.0.5", 443, "fake-ip"),
    "fake address, allowed": (("198.18.0.0/15",), (), "198.18.0.5", 443, ""),
    "scoped": (("fe80::/10",), (), "fe80::1%eth0", 443, "address"),
}


@pytest.mark.parametrize(
    ("allow", "deny", "address", "port", "expected"), GUARD.values(), ids=GUARD.keys()
)
def test_guard(
    allow: tuple[str, ...], deny: tuple[str, ...], address: str, port: int, expected: str
) -> None:
    guard = AddressGuard(FetchSettings(allow_networks=allow, deny_networks=deny))
    assert guard.refusal(address, port) == expected


def test_guard_refuses_scopes() -> None:
    """As a lookup gives them: the zone apart from the address."""
    guard = AddressGuard(FetchSettings(allow_networks=("fe80::/10",)))
    assert guard.refusal("fe80::1", 443, scope=2) == "address"


def test_guard_passes_what_the_operator_chose() -> None:
    guard = AddressGuard(FetchSettings(deny_networks=("10.0.0.0/8",)))
    guard.trust("10.0.0.1", 3128)
    assert guard.refusal("10.0.0.1", 3128) == ""
    assert guard.refusal("10.0.0.1", 443) == "address"


def test_guard_makes_sockets_for_what_passes() -> None:
    guard = AddressGuard(FetchSettings(allow_networks=("127.0.0.1/32",)))
    info = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80))
    guard.make_socket(info).close()


def test_a_public_address_of_our_own_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretended: a machine that runs tests need not have one."""
    monkeypatch.setattr(guard_module, "_is_own", lambda address: address == "93.184.215.14")
    assert AddressGuard(FetchSettings()).refusal("93.184.215.14", 443) == "address"
    assert AddressGuard(FetchSettings()).refusal("93.184.215.15", 443) == ""
    allowing = FetchSettings(allow_networks=("93.184.215.14/32",))
    assert AddressGuard(allowing).refusal("93.184.215.14", 443) == ""


def test_own_addresses_are_known() -> None:
    assert _is_own("127.0.0.1")
    assert not _is_own("192.0.2.1")


BAD_NETWORKS = ["", "x", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8:x", "0.0.0.0/0", "::/0"]


@pytest.mark.parametrize("text", BAD_NETWORKS)
def test_networks_that_are_none(text: str) -> None:
    with pytest.raises(ConfigError, match=r"network\.allow_networks"):
        FetchSettings(allow_networks=(text,))


def test_parse_network() -> None:
    assert str(parse_network("fd00::/8", "x").network) == "fd00::/8"
    assert parse_network("[fd00::/8]:81", "x").port == 81
    assert parse_network("10.0.0.1", "x").network.num_addresses == 1


def test_classify_names_the_network() -> None:
    assert classify("192.168.0.1") == "private"
    assert classify("64:ff9b::c0a8:1") == "private"
    assert classify("8.8.8.8") == "public"
