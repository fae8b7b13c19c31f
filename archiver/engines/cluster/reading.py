"""Documents read by any machine of the cluster, where that costs less than reading them here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

import archiver
from archiver.engines.cluster.sharding import check_version
from archiver.errors import DocumentError
from archiver.model import Reading
from archiver.pipeline.reading import LocalReader, Reader, Unread, read_here

# Sending a page away and taking its references back costs the process that reads documents what
# reading one of some 25 kB does, and the cluster as much again. From here on it saves half of it:
# docs/scale.md.
SENT_BYTES = 64_000
_AHEAD = 2  # documents under way for each core, so that none waits for the next one


class Tasks(Protocol):
    """Carries out functions anywhere; they have no state, so it may happen twice."""

    async def run(self, function: Callable[..., bytes], *arguments: Any) -> bytes | None:
        """What *function* returns; None: each process that tried it died.

        Raises:
            RunError: there is nobody to try it.
        """


class RemoteReader:
    """Has large documents read elsewhere, so many at a time as there are cores for.

    Args:
        cores: of the cluster.
        sent_bytes: from that size on.
    """

    def __init__(self, tasks: Tasks, cores: int, sent_bytes: int = SENT_BYTES) -> None:
        self._tasks, self._sent_bytes = tasks, sent_bytes
        self._window = asyncio.Semaphore(cores * _AHEAD)

    async def read(self, unread: Unread) -> Iterable[Reading]:
        """As `Reader.read`."""
        if len(unread.data) < self._sent_bytes:
            return read_here(unread)
        async with self._window:
            packed = await self._tasks.run(read_packed, unread, archiver.__version__)
        if packed is None:
            raise DocumentError(unread.name, "whoever reads it dies")
        return unpack(packed) if packed else read_here(unread)


def make_reader(tasks: Tasks, cores: int) -> Reader:
    """What reads the documents of a run; a cluster without a core for tasks reads none."""
    return RemoteReader(tasks, cores) if cores > 0 else LocalReader()


def read_packed(unread: Unread, version: str) -> bytes:
    """What is found in a document, packed; b"" where that cannot be.

    Raises:
        RunError: this machine has another version of the program than *version*.
    """
    check_version(version)
    return pack(list(read_here(unread)))


def pack(readings: Sequence[Reading]) -> bytes:
    """*readings* as bytes; b"" for some with half a character (a lone surrogate) in a URL.

    A quarter of what pickling takes, on either side.
    """
    try:
        return msgspec.msgpack.encode(readings, enc_hook=_plain)
    except UnicodeEncodeError:
        return b""


def unpack(packed: bytes) -> list[Reading]:
    """The readings that `pack` packed."""
    return _decoder().decode(packed)


@cache
def _decoder() -> msgspec.msgpack.Decoder[list[Reading]]:
    return msgspec.msgpack.Decoder(list[Reading])


def _plain(value: Any) -> dict[str, str]:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"{type(value)}: not part of a reading")
