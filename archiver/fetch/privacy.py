"""Whether a URL may be told to others: a web archive learns every URL it is asked for."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from urllib.parse import urlsplit

from archiver.fetch.addresses import PUBLIC, classify
from archiver.fetch.connect_to import find_target, parse_connect_to
from archiver.fetch.resolver import LookUpFailedError, NoSuchNameError, ask_system
from archiver.fetch.settings import FetchSettings

# Names that mean something else, or nothing, outside the network they are used in.
_LOCAL_ENDS = (
    ".local", ".localhost", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".corp",
    ".private", ".home.arpa", ".onion", ".i2p",
)  # fmt: skip


async def is_public_url(url: str, settings: FetchSettings) -> bool:
    """Whether *url* is of a public host and holds no secret that its host would know us by.

    A name that no longer exists may have been public, so it is.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    own = settings.host(host)
    if "@" in parts.netloc or own.credentials or own.cookies or own.headers:
        return False
    try:
        ip_address(host)
    except ValueError:
        return "." in host and not host.endswith(_LOCAL_ENDS) and await _is_public(host, settings)
    return classify(host) == PUBLIC


async def _is_public(host: str, settings: FetchSettings) -> bool:
    """By its addresses, where the settings let private ones be dialled; else it was refused."""
    rules = [parse_connect_to(text) for text in settings.connect_to]
    if not settings.allow_networks or find_target(rules, host, 443) or find_target(rules, host, 80):
        return True
    try:
        async with asyncio.timeout(settings.dns_timeout_s):
            found = await asyncio.to_thread(ask_system, host)
    except NoSuchNameError:
        return True
    except (LookUpFailedError, TimeoutError):
        return False
    return all(classify(address.host) == PUBLIC for address in found)
