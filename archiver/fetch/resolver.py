"""Names to addresses: in threads of their own, under a deadline, checked before they are used."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from archiver.fetch.guard import AddressGuard, RefusedAddressError

MAX_ADDRESSES = 4  # of a name; 200 dead ones would cost 200 connect timeouts
_THREADS = 16  # so many slow names before others wait; asyncio's own pool has 6 on two cores


@dataclass(frozen=True, slots=True)
class Address:
    """One answer of a lookup; `scope` is an IPv6 zone, 0 for none."""

    host: str
    scope: int = 0


LookUp = Callable[[str], Awaitable[Iterable[Address]]]


class NoSuchNameError(OSError):
    """The name does not exist or has no address: asking again soon would not help."""


class LookUpFailedError(OSError):
    """No answer about the name, in time or at all."""


class Resolver(AbstractResolver):
    """Looks names up for aiohttp and leaves out what the guard refuses.

    Args:
        operator_hosts: names that `connect_to` or `proxy` chose; their addresses pass the guard,
            at the port that was chosen or, for None, at any.
        look_up: in place of the system's resolver.
    """

    def __init__(
        self,
        guard: AddressGuard,
        timeout_s: float,
        operator_hosts: Iterable[tuple[str, int | None]] = (),
        look_up: LookUp | None = None,
    ) -> None:
        self._guard, self._timeout_s = guard, timeout_s
        self._operator_hosts = frozenset(operator_hosts)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="lookup")
        self._look_up = look_up or self._ask_system

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """At most `MAX_ADDRESSES` addresses of *host* that may be dialled at *port*.

        Raises:
            NoSuchNameError, LookUpFailedError: there are none.
            RefusedAddressError: there are, and all are refused.
        """
        found = await self._find(host)
        if not self._operator_hosts.isdisjoint({(host, port), (host, None)}):
            for address in found:
                self._guard.trust(address.host, port)
        refusals = [self._guard.refusal(a.host, port, a.scope) for a in found]
        allowed = [a for a, refusal in zip(found, refusals, strict=True) if not refusal]
        if not allowed:
            raise RefusedAddressError(refusals[0])
        return [_as_result(host, address.host, port) for address in allowed[:MAX_ADDRESSES]]

    async def check(self, host: str, port: int) -> None:
        """Judge a host that a proxy will dial, by what its name means here.

        A name that only the proxy can look up passes: then the proxy must guard its own network.

        Raises:
            RefusedAddressError: every address is refused.
        """
        if _is_address(host):
            reason = self._guard.refusal(host, port)
            if reason:
                raise RefusedAddressError(reason)
            return
        with suppress(NoSuchNameError, LookUpFailedError):
            await self.resolve(host, port)

    async def close(self) -> None:
        """Let go of the threads; a lookup that hangs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _find(self, host: str) -> list[Address]:
        try:
            async with asyncio.timeout(self._timeout_s):
                found = list(await self._look_up(host))
        except TimeoutError as error:
            raise LookUpFailedError("no answer in time") from error
        if not found:
            raise NoSuchNameError("the name has no address")
        return found

    async def _ask_system(self, host: str) -> list[Address]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, ask_system, host)


def ask_system(host: str) -> list[Address]:
    """The addresses of *host* by the system's resolver, in its order.

    Raises:
        NoSuchNameError, LookUpFailedError: it has none, or none now.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (socket.gaierror, UnicodeError) as error:
        raise _translate(error) from error
    return [
        Address(str(address[0]), int(address[3]) if len(address) > 3 else 0)
        for *_, address in found
    ]


def _translate(error: Exception) -> OSError:
    """A name that cannot exist is not the same as a resolver that does not answer (EAI_AGAIN)."""
    code = error.errno if isinstance(error, socket.gaierror) else socket.EAI_NONAME
    gone = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
    if code in gone:
        return NoSuchNameError("no such name")
    return LookUpFailedError(str(error))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _as_result(hostname: str, host: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=hostname,
        host=host,
        port=port,
        family=socket.AF_INET6 if ":" in host else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST,
    )
