"""What endpoints are made of, and the table they enter themselves into."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loopback import HTML, Exchange

from faults.pictures import image_of

if TYPE_CHECKING:
    from faults.server import FaultServer


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the fault server.

    Attributes:
        n: the request's number for its name and token, from 1.
        more: what stands after the token, raw, with its slash or question mark.
    """

    server: FaultServer
    exchange: Exchange
    name: str
    token: str
    extension: str
    more: str
    n: int

    @property
    def image(self) -> bytes:
        return image_of(self.token)

    @property
    def host(self) -> str:
        """The authority of a URL to this server, as the client wrote it."""
        return self.exchange.header("host") or ""


Endpoint = Callable[[Call], Awaitable[None]]
ENDPOINTS: dict[str, Endpoint] = {}
MIB = 1 << 20
PNG_CHUNKED = ("Content-Type: image/png", "Transfer-Encoding: chunked")


def endpoint(name: str) -> Callable[[Endpoint], Endpoint]:
    def add(function: Endpoint) -> Endpoint:
        ENDPOINTS[name] = function
        return function

    return add


async def good(call: Call) -> None:
    await call.exchange.answer(call.image)


async def page(call: Call, status: int) -> None:
    await call.exchange.answer(HTML, status, media_type="text/html")


async def raw(call: Call, data: bytes, is_last: bool = True) -> None:
    """Send bytes as they are; the connection cannot be used after most of them."""
    call.exchange.is_last = is_last
    await call.exchange.write(data)


def head(*lines: str, status: str = "200 OK", end: str = "\r\n") -> bytes:
    return end.join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
