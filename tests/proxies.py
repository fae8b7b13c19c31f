"""Proxies on loopback: HTTP with CONNECT, and SOCKS5. Each counts what it was asked for."""

from __future__ import annotations

import asyncio
import struct
from typing import Self


class Proxy:
    """Sends everything to one place, whatever it is asked for.

    Attributes:
        asked: host and port of each request, as the client named them.
    """

    def __init__(self, to_port: int) -> None:
        self.to_port, self.port = to_port, 0
        self.asked: list[str] = []
        self.heads: list[bytes] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Learn where the client wants to go; bytes that belong to the target already."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        method, target, _ = head.split(b" ", 2)
        self.asked.append(target.decode())
        if method != b"CONNECT":
            return head
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return b""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await self.greet(reader, writer)
        there = await asyncio.open_connection("127.0.0.1", self.to_port)
        there[1].write(first)
        await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))


class SocksProxy(Proxy):
    """SOCKS5 without a password, names only."""

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        *_, kind, length = await reader.readexactly(5)
        assert kind == 3, "the proxy looks the name up"
        host = (await reader.readexactly(length)).decode()
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        self.asked.append(f"{host}:{port}")
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        return b""


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
