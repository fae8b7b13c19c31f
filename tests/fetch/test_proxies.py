"""Proxies: only by setting, HTTP and SOCKS, and never to an address inside."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from asking import ask
from origin import Origin
from proxies import Proxy, SocksProxy

from archiver.errors import ConfigError
from archiver.fetch.client import Client
from archiver.fetch.resolver import Address, NoSuchNameError
from archiver.fetch.settings import FetchSettings

ADDRESSES = {
    "img.example.com": [Address("93.184.215.14")],
    "inside.example.com": [Address("10.0.0.1")],
}


async def look_up(host: str) -> list[Address]:
    if host not in ADDRESSES:
        raise NoSuchNameError(host)
    return ADDRESSES[host]


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_proxy(kind: str, scheme: str, origin: Origin, tmp_path: Path) -> None:
    url = f"{scheme}://img.example.com/a%2fb.png?x=%2C"
    port = origin.tls_port if scheme == "https" else origin.port
    async with (SocksProxy if kind == "socks5" else Proxy)(port) as proxy:
        settings = FetchSettings(proxy=f"{kind}://127.0.0.1:{proxy.port}", ca_file=origin.ca_file)
        async with Client(settings, str(tmp_path), look_up) as client:
            assert (await ask(client, url)).outcome == "gone"
    assert len(proxy.asked) == 1
    target = origin.exchanges[0].target.decode()
    assert target in (url, "/a%2fb.png?x=%2C"), "absolute form to an HTTP proxy"


async def test_proxy_credentials(origin: Origin, tmp_path: Path) -> None:
    async with Proxy(origin.port) as proxy:
        settings = FetchSettings(proxy=f"http://me:pw@127.0.0.1:{proxy.port}")
        async with Client(settings, str(tmp_path), look_up) as client:
            await ask(client, "http://img.example.com/a.png")
    assert b"Proxy-Authorization: Basic bWU6cHc=" in proxy.heads[0]


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("host", ["10.0.0.1", "[::1]", "inside.example.com", "0x7f.1"])
async def test_proxy_is_not_asked_for_addresses_inside(
    kind: str, host: str, origin: Origin, tmp_path: Path
) -> None:
    async with (SocksProxy if kind == "socks5" else Proxy)(origin.port) as proxy:
        settings = FetchSettings(proxy=f"{kind}://127.0.0.1:{proxy.port}")
        async with Client(settings, str(tmp_path), look_up) as client:
            result = await ask(client, f"http://{host}/a.png")
    assert (result.outcome, result.reason) == ("unsafe", "address")
    assert proxy.asked == []


async def test_names_that_only_the_proxy_knows_pass(origin: Origin, tmp_path: Path) -> None:
    async with Proxy(origin.port) as proxy:
        settings = FetchSettings(proxy=f"http://127.0.0.1:{proxy.port}")
        async with Client(settings, str(tmp_path), look_up) as client:
            assert (await ask(client, "http://unknown.example/a.png")).outcome == "gone"


async def test_public_addresses_pass(origin: Origin, tmp_path: Path) -> None:
    async with Proxy(origin.port) as proxy:
        settings = FetchSettings(proxy=f"http://127.0.0.1:{proxy.port}")
        async with Client(settings, str(tmp_path), look_up) as client:
            assert (await ask(client, "http://93.184.215.14/a.png")).outcome == "gone"
    assert len(proxy.asked) == 1


async def test_socks_without_its_library_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp_socks", None)
    with pytest.raises(ConfigError, match=r"needs aiohttp-socks: pip install") as caught:
        async with Client(FetchSettings(proxy="socks5://me:pw@127.0.0.1:1"), str(tmp_path)):
            pass
    assert "pw" not in str(caught.value).partition("needs")[0]


async def test_environment_is_not_asked(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Proxy(origin.port) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        settings = FetchSettings(connect_to=origin.connect_to)
        async with Client(settings, str(tmp_path), look_up) as client:
            assert (await ask(client, "http://img.example.com/a.png")).outcome == "gone"
    assert proxy.asked == []


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_proxy_that_is_down_is_named(kind: str, tmp_path: Path) -> None:
    settings = FetchSettings(proxy=f"{kind}://127.0.0.1:1", backoff_s=0.01)
    async with Client(settings, str(tmp_path), look_up) as client:
        result = await ask(client, "http://img.example.com/a.png")
    assert (result.outcome, result.reason) == ("transient", "proxy")
