"""httpx's transport over aiohttp's connections.

httpx's own pool costs five times the CPU of this a request, and loses slots when a request is
cancelled. The ready-made bridge rewrites request targets (signed URLs break), keeps a second
cookie jar and calls every failure a connect timeout.

- Targets go out byte for byte: `yarl.URL.build(path=…, encoded=True)` with path and query as one
  text, because yarl would otherwise drop an empty query.
- ``Location`` is taken out of the headers and given as the extension ``location``: httpx parses
  it even where it is told not to follow, and raises on what it does not like.
- The headers are also given as the extension ``fields``, a multidict that is asked forty times
  faster than httpx's.
- The extension ``on_sent`` of a request is called each time its head has gone out: twice where
  aiohttp finds that a kept connection was closed and sends it anew, never where none was dialled.
- No cookies, no proxy from the environment, no decoding, no redirects.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from functools import lru_cache
from urllib.parse import urlsplit

import aiohttp
import httpx
from multidict import CIMultiDictProxy
from yarl import URL

from archiver.errors import ConfigError
from archiver.fetch.connect_to import find_target, parse_connect_to
from archiver.fetch.failures import translate
from archiver.fetch.guard import AddressGuard
from archiver.fetch.resolver import LookUp, Resolver
from archiver.fetch.sent import RequestCount
from archiver.fetch.settings import FetchSettings
from archiver.redact import redact

MAX_HEADER_BYTES = 32 * 1024  # a line; 9 kB of Content-Security-Policy are real
MAX_HEADERS = 200
_NOT_ADDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_PORTS = {"http": 80, "https": 443}


class Transport(httpx.AsyncBaseTransport):
    """Makes one request a call. Open it inside the running loop; close it by `aclose`.

    Args:
        look_up: in place of the system's resolver.
        sent: counts the requests that go out.
    """

    def __init__(
        self,
        settings: FetchSettings,
        look_up: LookUp | None = None,
        sent: RequestCount | None = None,
    ) -> None:
        self._settings, self._sent = settings, sent or RequestCount()
        self._rules = [parse_connect_to(text) for text in settings.connect_to]
        self._guard = AddressGuard(settings)
        self._resolver = Resolver(
            self._guard, settings.dns_timeout_s, self._trust_operator_hosts(), look_up
        )
        if settings.ca_file:
            make_tls_context(settings.ca_file)  # a file that cannot be read shows now
        self._session = self._open_session()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request*; the body of the answer comes as it is on the wire.

        Raises:
            TransportFailure: no answer; reading the body raises it too.
        """
        try:
            response = await self._send(request)
        except Exception as error:
            raise translate(error) from error
        raw, fields = response.raw_headers, response.headers
        extensions: dict[str, object] = {"fields": fields}
        if "location" in fields:
            extensions["location"] = next(v for name, v in raw if name.lower() == b"location")
            raw = tuple(pair for pair in raw if pair[0].lower() != b"location")
        return httpx.Response(
            response.status, headers=list(raw), stream=_Body(response), extensions=extensions
        )

    async def aclose(self) -> None:
        await self._session.close()
        await self._resolver.close()

    async def _send(self, request: httpx.Request) -> aiohttp.ClientResponse:
        url = request.url
        host, port = url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
        host = host.strip("[]")
        target = find_target(self._rules, host, port)
        if target is None and self._settings.proxy:
            await self._resolver.check(host, port)
        to_host, to_port = target or (host, port)
        is_mapped = target is not None and url.scheme == "https"
        return await self._session.request(
            request.method,
            URL.build(
                scheme=url.scheme,
                host=f"[{to_host}]" if ":" in to_host else to_host,
                port=to_port,
                path=url.raw_path.decode("ascii"),
                encoded=True,
            ),
            headers=[(k.decode(), v.decode()) for k, v in request.headers.raw],
            allow_redirects=False,
            server_hostname=host if is_mapped else None,
            ssl=self._tls(host) if url.scheme == "https" else True,
            proxy=None if target or not self._has_http_proxy else self._settings.proxy,
            trace_request_ctx=request.extensions.get("on_sent"),
        )

    def _tls(self, host: str) -> ssl.SSLContext | bool:
        if not self._settings.host(host).verify_tls:
            return False
        ca_file = self._settings.ca_file
        return make_tls_context(ca_file) if ca_file else True  # aiohttp has made its own already

    def _open_session(self) -> aiohttp.ClientSession:
        s = self._settings
        return aiohttp.ClientSession(
            connector=self._open_connector(),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            trace_configs=[self._sent.trace()],
            auto_decompress=False,
            skip_auto_headers=_NOT_ADDED,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=s.connect_timeout_s, sock_read=s.first_byte_timeout_s
            ),
        )

    def _open_connector(self) -> aiohttp.TCPConnector:
        # No limit: politeness counts; a second queue would only hide who waits.
        if self._settings.proxy.startswith("socks"):
            return open_socks_connector(self._settings.proxy)
        return aiohttp.TCPConnector(
            limit=0,
            resolver=self._resolver,
            socket_factory=self._guard.make_socket,
            ttl_dns_cache=self._settings.dns_cache_s,  # type: ignore[arg-type]  # takes floats
        )

    @property
    def _has_http_proxy(self) -> bool:
        return self._settings.proxy.startswith("http")

    def _trust_operator_hosts(self) -> list[tuple[str, int | None]]:
        """Places the operator chose; addresses are trusted now, names when they are looked up."""
        for rule in self._rules:
            if not rule.to_host and rule.to_port:
                self._guard.allow_port(rule.to_port)  # the host stays, and must be public
        places = [(rule.to_host, rule.to_port) for rule in self._rules if rule.to_host]
        if self._settings.proxy:
            proxy = urlsplit(self._settings.proxy)
            places.append((proxy.hostname or "", proxy.port))
        for host, port in places:
            self._guard.trust(host, port)
        return places


def fields_of(response: httpx.Response) -> CIMultiDictProxy[str]:
    """The headers of an answer of this transport; bytes beyond UTF-8 as surrogates."""
    fields: CIMultiDictProxy[str] = response.extensions["fields"]
    return fields


class _Body(httpx.AsyncByteStream):
    """The body as it comes. Left early, it closes the connection instead of draining it."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._response.content.iter_any():
                yield piece
        except Exception as error:
            raise translate(error) from error

    async def aclose(self) -> None:
        self._response.close()


@lru_cache(maxsize=4)
def make_tls_context(ca_file: str) -> ssl.SSLContext:
    """The system's authorities, and those of *ca_file*.

    Made at the first need and kept: reading 140 certificates takes a tenth of a second.

    Raises:
        ConfigError: the file cannot be read as PEM.
    """
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(f"network.ca_file = {ca_file!r}", str(error)) from error
    return context


def open_socks_connector(proxy: str) -> aiohttp.TCPConnector:
    """Connections through a SOCKS proxy, which also looks the names up.

    Raises:
        ConfigError: aiohttp-socks is not installed.
    """
    try:
        from aiohttp_socks import ProxyConnector
    except ImportError as error:
        problem = "needs aiohttp-socks: pip install image-asset-archiver[socks]"
        raise ConfigError(f"network.proxy = {redact(proxy)!r}", problem) from error
    connector: aiohttp.TCPConnector = ProxyConnector.from_url(proxy, rdns=True, limit=0)
    return connector
