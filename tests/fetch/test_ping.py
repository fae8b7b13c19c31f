"""A monitor is told; what it says is logged and never more."""

from __future__ import annotations

import asyncio
import logging

import pytest
from origin import Origin
from proxies import Proxy

from archiver.fetch import ping as ping_module
from archiver.fetch.ping import ping
from archiver.fetch.settings import FetchSettings

SECRET = "canary-of-the-monitor"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ping_module, "PAUSE_S", 0.01)


async def test_the_monitor_may_stand_at_a_private_address(origin: Origin) -> None:
    origin.serve(f"/{SECRET}", b"OK")
    assert await ping(origin.url(f"/{SECRET}"), FetchSettings(contact="https://me.example"))
    assert len(origin.exchanges) == 1
    assert "https://me.example" in (origin.exchanges[0].header("user-agent") or "")


async def test_it_is_asked_again(origin: Origin) -> None:
    origin.serve("/", status=503, times=2)
    origin.serve("/", b"OK")
    assert await ping(origin.url("/"), FetchSettings())
    assert len(origin.exchanges) == 3


# URL → why it failed; `{}` is the origin.
FAILURES = {
    "not there": ("{}/" + SECRET, "status-404"),
    "leads elsewhere": ("{}/moved/" + SECRET, "status-302"),
    "nobody listens": ("http://127.0.0.1:1/" + SECRET, "connect"),
    "IPv6, nobody listens": ("http://[::1]:1/" + SECRET, "connect"),
    "no URL": ("http://[::1/" + SECRET, "url"),
    "no port": ("http://127.0.0.1:x/" + SECRET, "url"),
}


@pytest.mark.parametrize(("url", "reason"), FAILURES.values(), ids=FAILURES.keys())
async def test_failures_are_logged_without_the_secret(
    url: str, reason: str, origin: Origin, caplog: pytest.LogCaptureFixture
) -> None:
    origin.serve(f"/moved/{SECRET}", status=302, headers={"Location": "/elsewhere"})
    with caplog.at_level(logging.DEBUG):
        assert not await ping(url.format(origin.url("")), FetchSettings(), tries=1)
    messages = [record.getMessage() for record in caplog.records if "ping" in record.name]
    assert len(messages) == 1 and f"reason={reason}" in messages[0]
    assert SECRET not in caplog.text
    assert len(origin.exchanges) == ("{}" in url)


async def test_a_monitor_that_says_nothing_holds_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ping_module, "TIMEOUT_S", 0.2)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert not await ping(f"http://127.0.0.1:{port}/", FetchSettings(), tries=1)
    assert "reason=timeout" in caplog.text


async def test_a_proxy_is_used(origin: Origin) -> None:
    """The monitor is not trusted then: it is the proxy that dials."""
    origin.serve("http://93.184.215.14/", b"OK")
    async with Proxy(origin.port) as proxy:
        settings = FetchSettings(proxy=f"http://127.0.0.1:{proxy.port}")
        assert await ping("http://93.184.215.14/", settings, tries=1)
        assert not await ping("http://10.0.0.1/", settings, tries=1)
    assert len(proxy.asked) == 1
