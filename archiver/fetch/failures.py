"""aiohttp's and the system's exceptions in the words of the retry policy."""

from __future__ import annotations

import asyncio
import ssl

import aiohttp
import httpx

from archiver.fetch.guard import RefusedAddressError
from archiver.fetch.resolver import LookUpFailedError, NoSuchNameError

_OUR_OWN = (RefusedAddressError, NoSuchNameError, LookUpFailedError)
# OpenSSL's X509_V_ERR_*: not yet valid, expired; wrong name, wrong address
_EXPIRED, _WRONG_HOST = frozenset({9, 10}), frozenset({62, 64})
_OLD = (
    "DH_KEY_TOO_SMALL",
    "HANDSHAKE_FAILURE",
    "LEGACY_RENEGOTIATION",
    "NO_CIPHERS",
    "NO_PROTOCOLS",
    "NO_SHARED_CIPHER",
    "PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
)


class TransportFailure(httpx.TransportError):
    """A request that brought no whole answer.

    Attributes:
        reason: a key of `retries.REASONS`.
    """

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


def translate(error: BaseException) -> TransportFailure:
    """The failure that *error* of aiohttp stands for; httpx's own classes would lie about it."""
    return TransportFailure(_reason(error), f"{type(error).__name__}: {error}")


def _reason(error: BaseException) -> str:
    if isinstance(error, _OUR_OWN):
        return _connect_reason(error)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _certificate_reason(error.certificate_error)
    if isinstance(error, aiohttp.ClientConnectorError):  # of TLS as well
        reason = _connect_reason(error.os_error)
        is_proxy = isinstance(error, aiohttp.ClientProxyConnectionError)
        return "proxy" if is_proxy and reason == "connect" else reason
    if type(error).__module__.startswith(("python_socks", "aiohttp_socks")):
        return "proxy"
    for classes, reason in _CLASSES:
        if isinstance(error, classes):
            return reason
    return "protocol"


# In this order: the classes are related in ways that say little.
_CLASSES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    ((aiohttp.ServerTimeoutError, TimeoutError, asyncio.TimeoutError), "timeout"),
    (aiohttp.ServerDisconnectedError, "disconnected"),
    (aiohttp.ClientPayloadError, "truncated"),
    (aiohttp.ClientHttpProxyError, "proxy"),
    (aiohttp.ClientResponseError, "protocol"),
    ((aiohttp.InvalidURL, UnicodeError), "url"),
    (ConnectionResetError, "reset"),
    (ssl.SSLError, "tls"),
    ((OSError, aiohttp.ClientConnectionError), "reset"),
)


def _connect_reason(error: OSError) -> str:
    if isinstance(error, RefusedAddressError):
        return error.reason
    if isinstance(error, NoSuchNameError):
        return "dns"
    if isinstance(error, LookUpFailedError):
        return "dns-again"
    if isinstance(error, ssl.SSLError):
        return _tls_reason(error)
    return "timeout" if isinstance(error, TimeoutError) else "connect"


def _certificate_reason(error: Exception) -> str:
    code = getattr(error, "verify_code", 0)
    if code in _EXPIRED:
        return "tls-expired"
    return "tls-host" if code in _WRONG_HOST else "tls-chain"


def _tls_reason(error: ssl.SSLError) -> str:
    # OpenSSL's name of the error where Python knows it, else its sentence.
    text = f"{error.reason or ''} {error}".upper().replace(" ", "_")
    if "NO_APPLICATION_PROTOCOL" in text:
        return "http2-only"
    return "tls-old" if any(word in text for word in _OLD) else "tls"
