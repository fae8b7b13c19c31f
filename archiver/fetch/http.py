"""httpx's client, with what it does unasked switched off."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import httpx


def open_http(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """A client that keeps no cookies, follows nothing and asks no environment."""
    tame_library_loggers()
    return HttpClient(
        transport=transport,
        trust_env=False,
        timeout=None,  # the transport has its own
    )


def make_request(
    url: str, headers: Mapping[str, str], on_sent: Callable[[], None] | None = None
) -> httpx.Request:
    """A GET of *url* with *headers*, and a Host header as the URL writes the host.

    Left to itself, httpx asks for the name in Unicode first, and fails where IDNA 2008 has none:
    browsers go to hosts with emoji and underscores all the same (UTS 46).

    Args:
        on_sent: called each time its head has gone out to a server.

    Raises:
        httpx.InvalidURL, ValueError: what browsers take and httpx does not.
    """
    target = httpx.URL(url)
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    if not any(name.lower() == b"host" for name, _ in raw):
        raw.insert(0, (b"Host", target.netloc))
    return httpx.Request("GET", target, headers=raw, extensions={"on_sent": on_sent})


def tame_library_loggers() -> None:
    """httpx logs every URL with its secrets at INFO, the others say as much at DEBUG."""
    for name in ("httpx", "httpcore", "aiohttp", "asyncio"):
        library = logging.getLogger(name)
        library.setLevel(max(library.level, logging.WARNING))


class HttpClient(httpx.AsyncClient):
    """Without a cookie jar: cookies live as long as one chain of redirects."""

    @property
    def cookies(self) -> httpx.Cookies:
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        raise AttributeError("no cookies are kept")


class _NoCookies(httpx.Cookies):
    """Keeps nothing, and spares the urllib objects that httpx makes for each answer."""

    def extract_cookies(self, response: httpx.Response) -> None:
        return


_NO_COOKIES = _NoCookies()
