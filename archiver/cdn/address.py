"""A URL cut into the parts the grammars edit; put together again it is the same text.

Unlike `urllib.parse.urlsplit` it drops no byte (a lone ``?`` or ``#``, tabs, spaces), raises
nothing, and takes relative and scheme-relative references as they stand.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_FETCHED = ("http:", "https:", "file:")


class Address(NamedTuple):
    """The parts of a URL, byte for byte. (Three are made a URL; a dataclass takes thrice as long.)

    Attributes:
        origin: all before the path: ``https://me@host:80``, ``//host``, "" for a relative one.
        host: lower case, without userinfo and port; "" where there is none.
        path: as written, not decoded.
        query: without its ``?``; None where there is no ``?``.
        fragment: with its ``#``; "" where there is none.
    """

    origin: str
    host: str
    path: str
    query: str | None
    fragment: str

    @property
    def url(self) -> str:
        query = "" if self.query is None else "?" + self.query
        return self.origin + self.path + query + self.fragment

    def with_path(self, path: str) -> Address:
        return Address(self.origin, self.host, path, self.query, self.fragment)

    def with_query(self, query: str) -> Address:
        """The same address with another query; an emptied one drops its ``?``."""
        return Address(self.origin, self.host, self.path, query or None, self.fragment)


def parse_address(url: str) -> Address | None:
    """Cut *url* into its parts; None for a URL that names no file on a server or disk.

    >>> parse_address("//img.example/a.png?v#x")
    Address(origin='//img.example', host='img.example', path='/a.png', query='v', fragment='#x')
    >>> parse_address("data:image/png;base64,AA") is None
    True
    """
    rest, hash_sign, fragment = url.partition("#")
    rest, question, query = rest.partition("?")
    scheme = _SCHEME.match(rest)
    if scheme and scheme[0].lower() not in _FETCHED:
        return None
    start = scheme.end() if scheme else 0
    slash = start
    if rest.startswith("//", start):
        slash = rest.find("/", start + 2)
        slash = len(rest) if slash < 0 else slash
    origin, path = rest[:slash], rest[slash:]
    host = _find_host(origin[start + 2 :])
    return Address(origin, host, path, query if question else None, hash_sign + fragment)


def _find_host(authority: str) -> str:
    host = authority.rpartition("@")[2]
    if host.startswith("["):  # an IPv6 address keeps its colons
        return host[: host.find("]") + 1].lower()
    return host.partition(":")[0].lower().rstrip(".")
