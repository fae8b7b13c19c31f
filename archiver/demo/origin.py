"""The demo's CDN: a small HTTP server on loopback that marks, stumbles and has lost a picture."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urlsplit

from archiver.demo.pictures import draw, encode

_HEAD_LIMIT = 64 * 1024
_TLS = b"\x16"  # begins a handshake (RFC 8446, 5.1); this server speaks plain HTTP


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: str = "200 OK"
    media_type: str = "text/html"
    body: bytes = b"<h1>404</h1>"
    headers: tuple[str, ...] = ()

    def encode(self) -> bytes:
        lines = (
            f"HTTP/1.1 {self.status}",
            f"Content-Type: {self.media_type}",
            f"Content-Length: {len(self.body)}",
            *self.headers,
        )
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


def _lighthouse(query: str, asked: int) -> Answer:
    return Answer(media_type="image/png", body=encode(draw("lighthouse", 1080, 608), "PNG"))


def _dunes(query: str, asked: int) -> Answer:
    mark = "© news.example" if "watermark" in query else ""
    return Answer(media_type="image/png", body=encode(draw("dunes", 900, 600, mark), "PNG"))


def _boats(query: str, asked: int) -> Answer:
    return Answer(media_type="image/jpeg", body=encode(draw("boats", 1600, 1000), "JPEG"))


def _boats_small(query: str, asked: int) -> Answer:
    return Answer(media_type="image/jpeg", body=encode(draw("boats", 800, 500), "JPEG"))


def _storm(query: str, asked: int) -> Answer:
    if asked == 1:
        return Answer("503 Service Unavailable", headers=("Retry-After: 1",))
    return Answer(media_type="image/jpeg", body=encode(draw("storm", 1200, 700), "JPEG"))


_PAGES: dict[str, Callable[[str, int], Answer]] = {
    "lighthouse.png": _lighthouse,
    "dunes.png": _dunes,
    "boats.jpg": _boats,
    "boats-small.jpg": _boats_small,
    "storm.jpg": _storm,
}


@dataclass(slots=True)
class DemoOrigin:
    """``async with DemoOrigin() as origin``: serves on ``127.0.0.1:origin.port`` until it ends."""

    port: int = 0
    requests: list[str] = field(default_factory=list)
    _asked: Counter[str] = field(default_factory=Counter)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> DemoOrigin:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=_HEAD_LIMIT
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (first := await reader.readexactly(1)) != _TLS:
                head = first + await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head.split(b" ", 2)[1].decode("latin-1")).encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, target: str) -> Answer:
        self.requests.append(target)
        parts = urlsplit(target)
        name = parts.path.rpartition("/")[2]
        self._asked[name] += 1
        page = _PAGES.get(name)
        return page(parts.query, self._asked[name]) if page else Answer("404 Not Found")
