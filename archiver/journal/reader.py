"""Read the facts of all runs, in order."""

from __future__ import annotations

import heapq
import logging
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from archiver import files
from archiver.errors import RunError
from archiver.journal.facts import Fact
from archiver.journal.lines import decode, decode_briefly, encode
from archiver.journal.shapes import VERSION

logger = logging.getLogger(__name__)

SUFFIX = ".ndjson"
_AS_WRITTEN = b'{"kind":"'


class Line(NamedTuple):
    """A fact and where it stands.

    Attributes:
        end: offset of the byte behind it in its file.
        raw: the line, as we write it; another program may have written it otherwise.
    """

    end: int
    fact: Fact
    raw: bytes


class _Head(msgspec.Struct):
    v: int = VERSION
    kind: str = ""


def list_journals(folder: str) -> dict[str, int]:
    """Run → size in bytes of its journal, sorted by run."""
    sizes = files.list_sizes(folder, SUFFIX)
    return {name.removesuffix(SUFFIX): size for name, size in sizes.items()}


def sync_journal(folder: str, run_id: str) -> None:
    """Return when the journal of another run is durable, as far as it was written.

    Raises:
        DiskFullError, RunError: it cannot be made so.
    """
    files.sync_file(os.path.join(folder, run_id + SUFFIX))


def read_lines(folder: str, run_id: str, offset: int = 0, is_brief: bool = False) -> Iterator[Line]:
    """The facts of one journal from *offset* on; a torn last line is left out.

    A damaged line, or one of a kind we do not know, is passed over with a warning.

    Args:
        is_brief: the facts have no splices, which may be long; the lines have.

    Raises:
        RunError: a line is of a later version, or the file cannot be read.
    """
    path = os.path.join(folder, run_id + SUFFIX)
    yield from decode_lines(files.read_lines(path, offset), path, offset, is_brief)


def decode_lines(
    lines: Iterable[bytes], path: str, offset: int = 0, is_brief: bool = False
) -> Iterator[Line]:
    """As `read_lines`, of whole lines that come from *path*, beginning at *offset* there."""
    for raw in lines:
        offset += len(raw)
        try:
            fact = decode_briefly(raw, is_checked=False) if is_brief else decode(raw)
            yield Line(offset, fact, raw if raw.startswith(_AS_WRITTEN) else _respell(raw))
        except (msgspec.DecodeError, ValueError) as error:
            _check_version(raw, path)
            logger.warning("passed over path=%s end=%d problem=%s", path, offset, error)


def _respell(raw: bytes) -> bytes:
    """A line as we write it."""
    fact = decode(raw)
    return encode(fact, fact.when)


def read_facts(folder: str) -> Iterator[tuple[str, Fact]]:
    """Run and fact of every line of every journal, by `when`, then run.

    A file is opened when the order reaches its run, so few are open at a time.
    """
    waiting = sorted(list_journals(folder), key=_began)
    heap: list[tuple[str, str, int, Fact, Iterator[Line]]] = []
    while heap or waiting:
        while waiting and (not heap or _began(waiting[0]) <= heap[0][0]):
            run_id = waiting.pop(0)
            _push(heap, run_id, read_lines(folder, run_id))
        if heap:
            _, run_id, _, fact, rest = heapq.heappop(heap)
            yield run_id, fact
            _push(heap, run_id, rest)


def _push(
    heap: list[tuple[str, str, int, Fact, Iterator[Line]]], run_id: str, rest: Iterator[Line]
) -> None:
    line = next(rest, None)
    if line is not None:
        heapq.heappush(heap, (line.fact.when, run_id, line.end, line.fact, rest))


def _began(run_id: str) -> str:
    """When a run began, as its facts say `when`; "" for a file of another name: read it at once."""
    try:
        return f"{datetime.strptime(run_id[:16], '%Y%m%dT%H%M%SZ'):%Y-%m-%dT%H:%M:%SZ}"
    except ValueError:
        return ""


def _check_version(raw: bytes, path: str) -> None:
    try:
        head = msgspec.json.decode(raw, type=_Head)
    except msgspec.DecodeError:
        return
    if head.v > VERSION:
        raise RunError(f"{path}: written by a later version of this program")
