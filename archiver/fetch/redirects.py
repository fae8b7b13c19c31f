"""Where a redirect leads, and what one chain of them carries along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import ada_url

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class UnusableUrlError(Exception):
    """A URL that is never asked for.

    Attributes:
        reason: ``url`` or ``scheme``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normalize_url(url: str, base: str | None = None) -> str:
    """*url* as a browser would request it, without user information and fragment.

    Raises:
        UnusableUrlError: it is no URL (``url``), or not of http or https (``scheme``).

    >>> normalize_url("http://u:p@0x7f.1/a b%2f?#top")
    'http://127.0.0.1/a%20b%2f?'
    """
    try:
        href = ada_url.join_url(base, url) if base else ada_url.normalize_url(url)
    except ValueError as error:
        raise UnusableUrlError("url") from error
    if not href.startswith(("http://", "https://")):
        raise UnusableUrlError("scheme")
    href = href.partition("#")[0]
    scheme, _, rest = href.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}" if "@" in authority else href


def resolve_location(url: str, location: bytes) -> str:
    """The URL that a Location header means.

    Its bytes beyond ASCII are percent-encoded as they are: read as Latin-1, as HTTP libraries do,
    they would become other bytes.

    Raises:
        UnusableUrlError: it leads nowhere we go.

    >>> resolve_location("http://h/a/b", "../图 1.png".encode())
    'http://h/%E5%9B%BE%201.png'
    """
    text = "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in location)
    return normalize_url(text, url)


def host_of(url: str) -> str:
    """The host of a normalized URL.

    >>> host_of("http://[::1]:80/"), host_of("https://h.example/a:b")
    ('::1', 'h.example')
    """
    authority = url.partition("://")[2].partition("/")[0]
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0]


@dataclass(slots=True)
class Chain:
    """One URL and the redirects after it.

    Attributes:
        url: the one to ask for now.
        referer: sent with each hop but from https to http; None: no such header.
        host: of the URL, without port and brackets.
        hops: redirects followed so far.
        cookies: host → name → value; host-only and dropped with the chain, because some hosts
            redirect for ever a client that does not bring theirs back.
    """

    url: str
    referer: str | None = None
    hops: int = 0
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    host: str = ""

    def __post_init__(self) -> None:
        self.host = host_of(self.url)

    def take_cookies(self, values: Iterable[str]) -> None:
        """Keep what Set-Cookie headers of the present host say."""
        for value in values:
            name, equals, text = value.partition(";")[0].partition("=")
            if equals and name.strip() and value.isascii():
                self.cookies.setdefault(self.host, {})[name.strip()] = text.strip()

    def follow(self, location: bytes) -> None:
        """Go on to where *location* leads.

        Raises:
            UnusableUrlError: it leads nowhere we go.
        """
        was_secure = self.url.startswith("https:")
        self.url = resolve_location(self.url, location)
        self.host = host_of(self.url)
        self.hops += 1
        if was_secure and not self.url.startswith("https:"):
            self.referer = None
            self.cookies.clear()
