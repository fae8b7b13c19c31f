"""The last word before a connection: every address that `connect` would get passes here.

Names, redirects, odd spellings of addresses and changing DNS answers all end in an address given
to aiohttp's `socket_factory`; what it refuses is never dialled.
"""

from __future__ import annotations

import logging
import socket
from ipaddress import ip_address

from aiohttp import AddrInfoType

from archiver.fetch.addresses import FAKE_IP, PUBLIC, classify, parse_network, unwrap
from archiver.fetch.settings import FetchSettings

logger = logging.getLogger(__name__)

FAKE_IP_HINT = (
    "198.18.0.0/15 is what proxies such as Clash and Surge answer for every name; if you use one, "
    'set network.allow_networks = ["198.18.0.0/15"], and see that it keeps private addresses out'
)


class RefusedAddressError(OSError):
    """An address that may not be dialled.

    The text is always the same, and so it survives the race between several addresses, which
    keeps the class of an error only where all say the same.

    Attributes:
        reason: ``address``, ``port`` or ``fake-ip``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__("refused by the address guard")
        self.reason = reason


class AddressGuard:
    """Decides by the settings' networks and ports; what `trust` was told of passes."""

    def __init__(self, settings: FetchSettings) -> None:
        self._allow = [parse_network(text, "allow_networks") for text in settings.allow_networks]
        self._deny = [parse_network(text, "deny_networks") for text in settings.deny_networks]
        self._ports = set(settings.allow_ports)
        self._trusted: set[tuple[str, int | None]] = set()
        self._has_hinted = False

    def trust(self, address: str, port: int | None) -> None:
        """Let an address pass that the operator chose: a proxy, a target of `connect_to`.

        Args:
            port: the one that is meant; None: every port.
        """
        self._trusted.add((address, port))

    def allow_port(self, port: int) -> None:
        """Let a port of public addresses pass."""
        self._ports.add(port)

    def refusal(self, address: str, port: int, scope: int = 0) -> str:
        """Why *address* may not be dialled (``address``, ``port``, ``fake-ip``); "": it may."""
        if not self._trusted.isdisjoint({(address, port), (address, None)}):
            return ""
        kind = "scoped" if scope else classify(address)
        if kind == "scoped":
            return "address"
        return self._refusal_of_kind(kind, address, port)

    def _refusal_of_kind(self, kind: str, address: str, port: int) -> str:
        plain, is_port_allowed = unwrap(ip_address(address)), port in self._ports
        if any(rule.matches(plain, port) for rule in self._deny):
            return "address"
        for rule in self._allow:
            if rule.matches(plain, port) and (rule.port is not None or is_port_allowed):
                return ""
        if kind == PUBLIC and _is_own(address):
            return "address"
        if kind != PUBLIC:
            return self._hint() if kind == FAKE_IP else "address"
        return "" if is_port_allowed else "port"

    def make_socket(self, info: AddrInfoType) -> socket.socket:
        """A socket for *info*, as `aiohttp.TCPConnector(socket_factory=)` wants it.

        Raises:
            RefusedAddressError: the address may not be dialled.
        """
        family, kind, protocol, _, address = info
        scope = int(address[3]) if len(address) > 3 else 0
        reason = self.refusal(str(address[0]), int(address[1]), scope)
        if reason:
            raise RefusedAddressError(reason)
        return socket.socket(family, kind, protocol)

    def _hint(self) -> str:
        if not self._has_hinted:
            self._has_hinted = True
            logger.warning("refused an address: %s", FAKE_IP_HINT)
        return FAKE_IP


def _is_own(address: str) -> bool:
    """Whether *address* is one of this machine's: only those can be bound.

    A public address of our own reaches services that trust the machine itself.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
