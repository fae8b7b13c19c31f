"""Where a redirect leads, and what one chain of them carries along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

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
        parsed = ada_url.URL(url, base) if base else ada_url.URL(url)
    except ValueError as error:
        raise UnusableUrlError("url") from error
    if parsed.protocol not in ("http:", "https:"):
        raise UnusableUrlError("scheme")
    if parsed.username or parsed.password:
        parsed.username = parsed.password = ""
    return parsed.href.partition("#")[0]


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


@dataclass(slots=True)
class Chain:
    """One URL and the redirects after it.

    Attributes:
        url: the one to ask for now.
        referer: sent with each hop but from https to http; None: no such header.
        hops: redirects followed so far.
        cookies: host → name → value; host-only and dropped with the chain, because some hosts
            redirect for ever a client that does not bring theirs back.
    """

    url: str
    referer: str | None = None
    hops: int = 0
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def take_cookies(self, values: Iterable[str]) -> None:
        """Keep what Set-Cookie headers of the present host say."""
        for value in values:
            name, equals, text = value.partition(";")[0].partition("=")
            if equals and name.strip():
                self.cookies.setdefault(self.host, {})[name.strip()] = text.strip()

    def follow(self, location: bytes) -> None:
        """Go on to where *location* leads.

        Raises:
            UnusableUrlError: it leads nowhere we go.
        """
        was_secure = self.url.startswith("https:")
        self.url = resolve_location(self.url, location)
        self.hops += 1
        if was_secure and not self.url.startswith("https:"):
            self.referer = None
            self.cookies.clear()
