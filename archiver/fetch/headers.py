"""The headers of one request: built anew for every hop, so that nothing leaks to another host."""

from __future__ import annotations

import base64
import os

from multidict import CIMultiDict

from archiver import __version__
from archiver.fetch.redirects import Chain
from archiver.fetch.settings import FetchSettings, HostSettings


def make_headers(chain: Chain, settings: FetchSettings) -> CIMultiDict[str]:
    """The headers for the URL that *chain* has come to.

    ``Accept: */*`` because naming WebP or AVIF makes CDNs send a derivative; ``identity`` because
    pictures gain nothing by a coding and every archive that asked for one suffered. The settings'
    own headers come last, each in the place of ours, however its name is spelled.
    """
    own = settings.host(chain.host)
    headers = CIMultiDict(
        {
            "User-Agent": own.user_agent or own_name(settings),
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }
    )
    referer = chain.referer if own.referer is None else own.referer
    if referer:
        headers["Referer"] = referer
    cookies = {**own.cookies, **chain.cookies.get(chain.host, {})}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    if own.credentials:
        headers.update(_authorization(own))
    headers.update(own.headers)
    return headers


def own_name(settings: FetchSettings) -> str:
    """The User-Agent where no host has one of its own."""
    return settings.user_agent or default_user_agent(settings.contact)


def default_user_agent(contact: str) -> str:
    """Honest, and with a way to complain: hosts block the defaults of libraries.

    >>> default_user_agent("https://example.com/bot").partition(" ")[2]
    '(+https://example.com/bot)'
    """
    return f"archiver/{__version__}" + (f" (+{contact})" if contact else "")


def _authorization(own: HostSettings) -> dict[str, str]:
    """From the environment variable the settings name; nothing where it is not set."""
    value = os.environ.get(own.credentials, "")
    if not value:
        return {}
    if value.startswith(("Basic ", "Bearer ")):
        return {"Authorization": value}
    return {"Authorization": "Basic " + base64.b64encode(value.encode()).decode()}
