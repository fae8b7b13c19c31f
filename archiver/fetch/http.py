"""httpx's client, with what it does unasked switched off."""

from __future__ import annotations

import logging

import httpx


def open_http(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """A client that keeps no cookies, follows nothing and asks no environment."""
    tame_library_loggers()
    return HttpClient(
        transport=transport,
        trust_env=False,
        timeout=None,  # the transport has its own
    )


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
