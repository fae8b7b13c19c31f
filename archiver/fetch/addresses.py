"""Which addresses may be dialled: our own table, because `ipaddress.is_global` is no guard.

Python 3.11 calls 192.0.0.192 (a cloud's metadata), ``64:ff9b::7f00:1`` and ``2002:7f00:1::``
(127.0.0.1 in disguise) and multicast global, and its answers change with patch releases.

Sources: the IANA registries of special-purpose IPv4 and IPv6 addresses, RFC 6890 and successors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from archiver.errors import ConfigError

PUBLIC = "public"
FAKE_IP = "fake-ip"  # what Clash, Surge and the like answer for every public name

_IPV4 = tuple(
    (IPv4Network(network), name)
    for network, name in {
        "0.0.0.0/8": "unspecified",
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "carrier NAT",
        "127.0.0.0/8": "loopback",
        "168.63.129.16/32": "cloud metadata",  # Azure's host agent, on a public address
        "169.254.0.0/16": "link-local",  # with the metadata service of most clouds
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "protocol assignments",  # with Oracle's metadata service
        "192.0.2.0/24": "documentation",
        "192.31.196.0/24": "AS112",
        "192.52.193.0/24": "AMT",
        "192.88.99.0/24": "6to4 relay",
        "192.168.0.0/16": "private",
        "192.175.48.0/24": "AS112",
        "198.18.0.0/15": FAKE_IP,  # registered for benchmarks
        "198.51.100.0/24": "documentation",
        "203.0.113.0/24": "documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    }.items()
)
_IPV6_UNICAST = IPv6Network("2000::/3")  # what is allocated at all; all else is refused
_IPV6 = tuple(
    (IPv6Network(network), name)
    for network, name in {
        "2001::/23": "protocol assignments",  # Teredo, ORCHID, benchmarks
        "2001:db8::/32": "documentation",
        "2002::/16": "6to4",
        "3fff::/20": "documentation",
    }.items()
)
# An IPv4 address in other clothes: mapped, and translated by NAT64.
_IPV4_INSIDE = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
_NETWORK = re.compile(r"\[(?P<v6>[^\]]+)\]:(?P<p6>\d+)|(?P<v4>[\d./]+):(?P<p4>\d+)|(?P<bare>.+)")


@dataclass(frozen=True, slots=True)
class NetworkRule:
    """A network, and the one port of it that is meant; None: all."""

    network: IPv4Network | IPv6Network
    port: int | None = None

    def matches(self, address: IPv4Address | IPv6Address, port: int) -> bool:
        return address in self.network and self.port in (None, port)


def classify(address: str) -> str:
    """The kind of network *address* belongs to; `PUBLIC` for what the whole Internet sees.

    Args:
        address: as `connect` gets it.

    >>> classify("93.184.215.14"), classify("::ffff:10.0.0.1"), classify("fe80::1%eth0")
    ('public', 'private', 'scoped')
    """
    if "%" in address:
        return "scoped"
    found = unwrap(ip_address(address))
    if isinstance(found, IPv4Address):
        return next((name for network, name in _IPV4 if found in network), PUBLIC)
    if found not in _IPV6_UNICAST:
        return "loopback" if found == IPv6Address(1) else "not global"
    return next((name for network, name in _IPV6 if found in network), PUBLIC)


def unwrap(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside a mapped or translated one, which is where the packets go."""
    if isinstance(address, IPv6Address) and any(address in network for network in _IPV4_INSIDE):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def parse_network(text: str, key: str) -> NetworkRule:
    """Read ``CIDR``, ``CIDR:PORT`` or ``[CIDR]:PORT``.

    Raises:
        ConfigError: it is none, or it is a whole address family.

    >>> parse_network("10.1.0.0/16:8080", "allow_networks").port
    8080
    """
    setting = f"network.{key} = {text!r}"
    match = _NETWORK.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        rule = NetworkRule(
            ip_network(match["v6"] or match["v4"] or match["bare"]),
            int(match["p6"] or match["p4"] or 0) or None,
        )
    except ValueError as error:
        raise ConfigError(setting, "expected CIDR, CIDR:PORT or [CIDR]:PORT") from error
    if rule.network.prefixlen == 0:
        raise ConfigError(setting, "a whole address family would switch the guard off")
    return rule
