"""Listeners on loopback in a thread of their own: raw bytes out, and a log of every exchange."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

TICK_S = 0.05
HTML = b"<!doctype html><title>404</title>" + b"<p>Nothing to see here.</p>\n" * 72
REASONS = {200: "OK", 302: "Found", 304: "Not Modified", 403: "Forbidden", 404: "Not Found"}


@dataclass(slots=True, eq=False)
class Exchange:
    """One request as it came, and what became of its answer.

    Attributes:
        connection, number: the connection and the request's number on it, both from 1.
        listener: host and port it came to.
        target: the raw request target.
        headers: in order and case of the wire.
        extra: bytes that came in one piece with the head, after it.
        start_s, end_s: monotonic times; `end_s` is None while the exchange is open.
        client_closed: whether the client hung up before the answer was written.
    """

    connection: int
    number: int
    listener: tuple[str, int]
    is_tls: bool
    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    extra: bytes
    start_s: float
    reader: asyncio.StreamReader = field(repr=False)
    writer: asyncio.StreamWriter = field(repr=False)
    end_s: float | None = None
    bytes_written: int = 0
    client_closed: bool = False
    is_last: bool = False

    def header(self, name: str) -> str | None:
        """The first header *name*, whatever its case."""
        wanted = name.lower().encode()
        values = (value for key, value in self.headers if key.lower() == wanted)
        return next((value.decode("latin-1") for value in values), None)

    @property
    def url(self) -> str:
        """The URL the client asked for, its authority as the Host header says."""
        scheme = "https" if self.is_tls else "http"
        return f"{scheme}://{self.header('host')}{self.target.decode('latin-1')}"

    async def write(self, data: bytes) -> None:
        """Send in pieces of 8 KiB, each given to the kernel, so that the count means something."""
        for start in range(0, len(data), 8192):
            piece = data[start : start + 8192]
            self.writer.write(piece)
            await self.writer.drain()
            self.bytes_written += len(piece)

    async def answer(
        self,
        body: bytes = b"",
        status: int = 200,
        headers: Iterable[tuple[str, str]] = (),
        media_type: str | None = "image/png",
    ) -> None:
        """A correct answer with its Content-Length."""
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}"]
        lines += [f"Content-Type: {media_type}"] if media_type else []
        lines += [f"Content-Length: {len(body)}"] if status not in (204, 304) else []
        lines += [f"{name}: {value}" for name, value in headers]
        await self.write("\r\n".join([*lines, "", ""]).encode() + body)

    async def until_closed(self) -> None:
        """Wait for the client to hang up."""
        while await self.reader.read(65536):
            pass
        self.client_closed = True

    def reset(self) -> None:
        """Drop the connection with RST instead of FIN."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        self.is_last = True


class LoopbackServer(ABC):
    """Listeners on loopback in a thread of their own.

    Attributes:
        exchanges: every request so far, of all listeners, in order of arrival.
        connections: how many connections each listener has accepted.
    """

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.connections: dict[tuple[str, int], int] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @abstractmethod
    def start(self) -> None:
        """Open the listeners."""

    @abstractmethod
    async def handle(self, exchange: Exchange) -> None:
        """Answer; set `exchange.is_last` to close the connection after it."""

    def listen(
        self, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> int:
        """Open a listener; its port."""
        opening = self._open(host, port, tls)
        return asyncio.run_coroutine_threadsafe(opening, self._loop).result(10)

    async def _open(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        server = await asyncio.start_server(self._serve, host, port, ssl=tls, limit=1 << 18)
        for sock in server.sockets:  # inherited by the connections it accepts
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
        self._servers.append(server)
        address = server.sockets[0].getsockname()[:2]
        self.connections[address] = 0
        return int(address[1])

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._count += 1
        self.connections[writer.get_extra_info("sockname")[:2]] += 1
        writer.transport.set_write_buffer_limits(high=1, low=0)  # with 0 TLS never resumes
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._serve_requests(self._count, reader, writer)
        writer.close()

    async def _serve_requests(
        self, connection: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        number, buffer = 0, b""
        while True:
            while b"\r\n\r\n" not in buffer:
                piece = await reader.read(65536)
                if not piece:
                    return
                buffer += piece
            number += 1
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            exchange = _read_head(head, buffer, connection, number, reader, writer)
            self.exchanges.append(exchange)
            try:
                await self.handle(exchange)
            except OSError:
                exchange.client_closed = exchange.is_last = True
            finally:
                exchange.end_s = time.monotonic()
            if exchange.is_last:
                return


def _read_head(
    head: bytes,
    extra: bytes,
    connection: int,
    number: int,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> Exchange:
    request_line, *lines = head.split(b"\r\n")
    method, target, _ = request_line.split(b" ")
    headers = [(name, value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    return Exchange(
        connection,
        number,
        writer.get_extra_info("sockname")[:2],
        writer.get_extra_info("ssl_object") is not None,
        method.decode(),
        target,
        headers,
        extra,
        time.monotonic(),
        reader,
        writer,
    )
