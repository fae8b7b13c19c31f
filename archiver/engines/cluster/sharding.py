"""Who looks after which host, and how the processes of a run call each other."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any, Protocol

import archiver
from archiver.catalog import HostFact
from archiver.config import Config
from archiver.errors import RunError
from archiver.fetch.politeness import gate_key
from archiver.fetch.redirects import UnusableUrlError, host_of, normalize_url
from archiver.fetch.settings import FetchSettings
from archiver.pipeline.places import Places

LIMITER = -1  # the address of the limiter, beside the shards' 0, 1, 2, …
NOBODY = -2  # what looks after no host: the process that reads the documents


class Reach(Protocol):
    """Calls another process of the run, for as long as it takes: one that died comes again."""

    async def call(self, address: int, method: str, *arguments: Any) -> Any:
        """What *method* of the shard *address*, or of the `LIMITER`, returns or raises.

        It may be carried out twice, so it must not matter.
        """


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is made from.

    Attributes:
        run_id: of the whole run.
        shard: its number, from 0.
        shards: how many there are.
        version: of the program that begins the run.
        mark: path of a file that each machine sees, where they must share a file system; "" else.
    """

    config: Config
    places: Places
    run_id: str
    shard: int
    shards: int
    version: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of an image; records are lines of the journal, which need no pickling.

    Attributes:
        line: of the image.
        others: see `Obtained.others`.
        is_noted: whether the worker's journal has it.
        facts: what was learnt of hosts since the last reply.
        sender: tells the worker's lives apart.
        requests_sent: by the sender so far.
    """

    line: bytes
    others: tuple[bytes, ...]
    is_noted: bool
    facts: tuple[HostFact, ...]
    sender: str
    requests_sent: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a gate lets nobody pass; see `fetch_error`."""

    reason: str
    retry_after_s: float | None


def shard_of_host(host: str, settings: FetchSettings, shards: int) -> int:
    """The shard that looks after *host* (in lower case, without port).

    Hosts that share a gate have the same one.
    """
    key = gate_key(host, settings).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big") % shards


def shard_of_url(url: str, settings: FetchSettings, shards: int) -> int:
    """The shard that is asked for the picture at *url*, whatever host it comes from in the end."""
    try:
        host = host_of(normalize_url(url))
    except UnusableUrlError:
        host = ""  # lost, whoever finds out
    return shard_of_host(host, settings, shards)


def check_version(version: str) -> None:
    """Refuse to work for another version of the program.

    Raises:
        RunError: this machine does not have *version*.
    """
    if archiver.__version__ != version:
        what = f"archiver {archiver.__version__}, not {version}"
        raise RunError(f"{os.uname().nodename}: has {what}; all nodes need the same version")


def spool_name(shard: int | None = None) -> str:
    """The name of a shard's folder for temporary files; None: what all of them begin with."""
    return "shard-" if shard is None else f"shard-{shard:04d}"


def journal_name(run_id: str, shard: int, life: str = "") -> str:
    """The name of a shard's journal; each life of a worker begins a new one."""
    return f"{run_id}-{shard:04d}-{life}"
