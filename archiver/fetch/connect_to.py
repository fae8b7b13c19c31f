"""curl's ``--connect-to``: dial another place, while Host header, SNI and certificate stay."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from archiver.errors import ConfigError

_RULE = re.compile(
    r"(?P<host>\[[^\]]*\]|[^:\[\]]*):(?P<port>[0-9]*):(?P<to_host>\[[^\]]*\]|[^:\[\]]*):(?P<to_port>[0-9]*)"
)
_ACCEPTED = "expected HOST:PORT:TO_HOST:TO_PORT, empty parts match all, IPv6 in brackets"


@dataclass(frozen=True, slots=True)
class ConnectRule:
    """One entry; None and "" match every host or port, or leave it as it is."""

    host: str
    port: int | None
    to_host: str
    to_port: int | None

    def matches(self, host: str, port: int) -> bool:
        return self.host in ("", host) and self.port in (None, port)


def parse_connect_to(text: str) -> ConnectRule:
    """Read an entry as curl does.

    Raises:
        ConfigError: it is none.

    >>> parse_connect_to("img.example.com:443:127.0.0.1:8443")
    ConnectRule(host='img.example.com', port=443, to_host='127.0.0.1', to_port=8443)
    >>> parse_connect_to("::[::1]:")
    ConnectRule(host='', port=None, to_host='::1', to_port=None)
    """
    match = _RULE.fullmatch(text)
    if match is None:
        raise ConfigError(f"network.connect_to = {text!r}", _ACCEPTED)
    port, to_port = _read_port(match["port"], text), _read_port(match["to_port"], text)
    return ConnectRule(_read_host(match["host"]), port, _read_host(match["to_host"]), to_port)


def find_target(rules: Iterable[ConnectRule], host: str, port: int) -> tuple[str, int] | None:
    """Where to dial for *host* and *port*, as the first rule that fits says; None: there.

    Args:
        host: in lower case, IPv6 without brackets.

    >>> find_target([ConnectRule("", 80, "127.0.0.1", None)], "img.example.com", 80)
    ('127.0.0.1', 80)
    """
    for rule in rules:
        if rule.matches(host, port):
            return rule.to_host or host, rule.to_port or port
    return None


def _read_host(text: str) -> str:
    return text.strip("[]").lower()


def _read_port(text: str, entry: str) -> int | None:
    if not text:
        return None
    if not 0 < int(text) < 65536:
        raise ConfigError(f"network.connect_to = {entry!r}", "expected ports from 1 to 65535")
    return int(text)
