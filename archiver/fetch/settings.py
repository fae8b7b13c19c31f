"""What the fetching can be told. A limit is never switched off by 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from msgspec import Meta

from archiver.fetch.addresses import parse_network
from archiver.fetch.connect_to import parse_connect_to
from archiver.fetch.mirrors import check_mirror

Seconds = Annotated[float, Meta(gt=0, description="a number of seconds above 0")]
Pause = Annotated[float, Meta(ge=0, description="a number of seconds, 0 or more")]
Count = Annotated[int, Meta(ge=1, description="a whole number above 0")]
Port = Annotated[int, Meta(ge=1, le=65535, description="a port from 1 to 65535")]
Rate = Annotated[float, Meta(gt=0, description="a number of bytes a second above 0")]


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What differs for the hosts that match a pattern; None or empty: as everywhere.

    Attributes:
        pattern: host name with ``*`` for any part (``*.example.com``), without port.
        referer: sent instead of the one asked for; "" sends none.
        headers, cookies: sent to these hosts only, never along a redirect to another one.
        credentials: name of the environment variable that holds ``user:password``, or a whole
            ``Basic …`` or ``Bearer …`` value of the Authorization header.
        verify_tls: false accepts any certificate.
        by_domain: whether all hosts below one registrable domain count as one host.
        mirrors: URLs to ask where the host does not give a picture any more, with ``{path}``,
            ``{query}``, ``{host}`` or ``{url}`` in them; ``file:///folder/{path}`` is a backup.
        skip: true leaves their pictures as they are, false archives also those that the table of
            badges, counters and trackers names.
    """

    pattern: str
    referer: str | None = None
    user_agent: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    cookies: Mapping[str, str] = field(default_factory=dict, hash=False)
    credentials: str = ""
    in_flight: Count | None = None
    pace_s: Pause | None = None
    verify_tls: bool = True
    by_domain: bool = False
    mirrors: tuple[str, ...] = ()
    skip: bool | None = None

    def __post_init__(self) -> None:
        """Raises ConfigError for a mirror that can't be used."""
        for template in self.mirrors:
            check_mirror(template)


_AS_EVERYWHERE = HostSettings("*")


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How hosts are asked.

    Attributes:
        contact: URL or mail address in the User-Agent, so that a host can complain.
        user_agent: replaces the whole User-Agent.
        dns_timeout_s, connect_timeout_s: a lookup; TCP and TLS together, for each address.
        dns_cache_s: how long the addresses of a name are used again.
        first_byte_timeout_s: the longest silence, before the answer and within it.
        total_timeout_s: a request with its whole answer.
        floor_bytes_s, floor_window_s: an answer slower than that over the window is given up.
        in_flight, in_flight_per_host: requests at a time.
        pace_s: seconds between the starts of two requests to one host.
        redirects: hops followed.
        max_bytes: of an answer, as it comes and decoded.
        max_url_bytes: of a URL.
        tries: the most times one URL is asked for with one Referer.
        backoff_s: the wait after a first failure; it doubles, and varies by a quarter.
        retry_after_cap_s: a host that asks for a longer pause is left for this run.
        host_failures: after so many failures in a row a host is left for this run.
        connect_to: curl's ``HOST:PORT:TO_HOST:TO_PORT``; empty parts match all.
        ca_file: PEM file of certificate authorities trusted besides the system's.
        proxy: ``http://``, ``https://`` or, with aiohttp-socks installed, ``socks5://`` URL. The
            environment is never asked.
        allow_networks: ``CIDR`` or ``CIDR:PORT`` (``[CIDR]:PORT`` for IPv6) that may be dialled
            although not public.
        deny_networks: the same, never dialled.
        rescue: where lost pictures are looked for: ``memento``, a web archive. It learns the URLs.
        timegate: the archive's TimeGate (RFC 7089): the URL goes behind it, or in place of
            ``{url}``.
        hosts: the first whose pattern fits counts.
    """

    contact: str = ""
    user_agent: str = ""
    dns_timeout_s: Seconds = 5.0
    dns_cache_s: Seconds = 60.0
    connect_timeout_s: Seconds = 5.0
    first_byte_timeout_s: Seconds = 15.0
    total_timeout_s: Seconds = 60.0
    floor_bytes_s: Rate = 1000.0
    floor_window_s: Seconds = 10.0
    in_flight: Count = 32
    in_flight_per_host: Count = 4
    pace_s: Pause = 0.0
    redirects: Count = 5
    max_bytes: Count = 32 * 1024 * 1024
    max_url_bytes: Count = 8192
    tries: Count = 3
    backoff_s: Seconds = 0.5
    retry_after_cap_s: Seconds = 60.0
    host_failures: Count = 20
    connect_to: tuple[str, ...] = ()
    ca_file: str = ""
    proxy: str = ""
    allow_networks: tuple[str, ...] = ()
    allow_ports: tuple[Port, ...] = (80, 443)
    deny_networks: tuple[str, ...] = ()
    rescue: tuple[Literal["memento"], ...] = ()
    timegate: Annotated[str, Meta(pattern="^https?://", description="an http or https URL")] = (
        "https://web.archive.org/web/"
    )
    hosts: tuple[HostSettings, ...] = ()

    def __post_init__(self) -> None:
        """Read what has a grammar of its own, so that a mistake shows before the first request.

        Raises:
            ConfigError: an entry that cannot be read.
        """
        for text in self.connect_to:
            parse_connect_to(text)
        for text in self.allow_networks:
            parse_network(text, "allow_networks")
        for text in self.deny_networks:
            parse_network(text, "deny_networks")

    def host(self, name: str) -> HostSettings:
        """The settings for the host *name*, in lower case."""
        fitting = (host for host in self.hosts if fnmatchcase(name, host.pattern.lower()))
        return next(fitting, _AS_EVERYWHERE)
