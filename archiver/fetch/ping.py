"""Tells a monitor that a job began or ended, as healthchecks.io and its kin want it: a GET.

The URL is a secret: nothing here says more of it than its host.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from urllib.parse import urlsplit

import httpx

from archiver.errors import ConfigError
from archiver.fetch.failures import TransportFailure
from archiver.fetch.headers import own_name
from archiver.fetch.http import make_request, open_http
from archiver.fetch.settings import FetchSettings
from archiver.fetch.transport import Transport

logger = logging.getLogger(__name__)

TIMEOUT_S = 10.0  # a try with its whole answer
PAUSE_S = 1.0  # before another one
_PORTS = {"http": 80, "https": 443}


async def ping(url: str, settings: FetchSettings, tries: int = 3) -> bool:
    """Whether *url* answered with 2xx. Why it did not is logged; nothing is raised for it.

    The operator named the URL, so its host and port may be dialled, though they be private; no
    other address is, since redirects aren't followed, and no other client knows of it.
    """
    reason = ""
    for n in range(tries):
        if n:
            await asyncio.sleep(PAUSE_S)
        reason = await _try(url, settings)
        if not reason:
            return True
    logger.error("ping failed host=%s reason=%s", _host_of(url), reason)
    return False


def _host_of(url: str) -> str:
    """The host alone; "" where *url* is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


async def _try(url: str, settings: FetchSettings) -> str:
    """Why it failed; "": it did not."""
    head = {"User-Agent": own_name(settings), "Accept-Encoding": "identity"}
    try:
        request = make_request(url, head)
        async with (
            open_http(Transport(_trusting(url, settings))) as http,
            asyncio.timeout(TIMEOUT_S),
        ):
            response = await http.send(request, stream=True)
            await response.aclose()
    except TimeoutError:
        return "timeout"
    except TransportFailure as error:
        return error.reason
    except (ConfigError, httpx.InvalidURL, ValueError):
        return "url"
    return "" if response.is_success else f"status-{response.status_code}"


def _trusting(url: str, settings: FetchSettings) -> FetchSettings:
    """*settings* for which the host of *url* is one of the operator's own at its port, where they
    do not lead it elsewhere, or to a proxy."""
    if settings.proxy:
        return settings
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
    shown = f"[{host}]" if ":" in host else host
    own = f"{shown}:{port}:{shown}:{port}"
    return replace(settings, connect_to=(*settings.connect_to, own))
