"""What breaks below HTTP, in the words of the retry policy."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
import pytest
from asking import ask

from archiver.fetch.client import Client
from archiver.fetch.download import BadBodyError, Meter
from archiver.fetch.failures import TransportFailure
from archiver.fetch.settings import FetchSettings
from archiver.fetch.transport import Transport

# Fatal alerts of RFC 8446, section 6, as they stand on the wire.
ALERTS = {
    "only HTTP/2 is spoken": (120, "http2-only"),
    "no cipher in common": (40, "tls-old"),
    "no version in common": (70, "tls-old"),
    "the server is broken": (80, "tls"),
}


@pytest.mark.parametrize(("alert", "reason"), ALERTS.values(), ids=ALERTS.keys())
async def test_alerts_of_tls(alert: int, reason: str, tmp_path: Path) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(bytes([21, 3, 3, 0, 2, 2, alert]))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        settings = FetchSettings(connect_to=(f":443:127.0.0.1:{port}",), backoff_s=0.01)
        async with Client(settings, str(tmp_path)) as client:
            result = await ask(client, "https://img.example.com/a.png")
    assert (result.outcome, result.reason) == ("unreachable", reason)


async def test_a_transport_that_is_closed_fails_like_any_other() -> None:
    transport = Transport(FetchSettings())
    await transport.aclose()
    with pytest.raises(TransportFailure, match="closed") as caught:
        await transport.handle_async_request(httpx.Request("GET", "http://img.example.com/"))
    assert caught.value.reason == "protocol"


def test_a_body_fast_enough_over_one_window_begins_a_new_one() -> None:
    meter = Meter(floor_bytes_s=1.0, window_s=0.02)
    time.sleep(0.03)
    meter.count(1_000_000)
    time.sleep(0.03)
    with pytest.raises(BadBodyError, match="slow"):
        meter.count(0)
