"""Journals on an object store, and the local copies that the catalog reads.

A journal is put in segments, ``journal/<run>/<shard>-<n>.ndjson``, each zstd-compressed lines, put
whole after the blobs they name. *n* counts the bytes of the journal up to the segment's end, so a
listing tells what a local copy lacks: a copy is always the beginning of the journal, whatever cut
it short, and a segment that reaches further back than needed is cut to what is missing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from types import ModuleType
from typing import Any

from archiver import files
from archiver.errors import RunError, UsageError
from archiver.journal.reader import SUFFIX, Line, decode_lines, list_journals
from archiver.storage.bucket import Bucket

FOLDER = "journal"
ONLY_SHARD = "0"  # of a run on one machine
_HEADERS = {"Content-Type": "application/zstd"}
_MAGIC = b"\x28\xb5\x2f\xfd"  # RFC 8878, 3.1.1
_PATH = re.compile(rf"{FOLDER}/([^/]+)/([^/]+)-([0-9]{{12,}})\.ndjson")
_NAME = re.compile(r"([0-9]{8}T[0-9]{6}Z-[0-9a-f]{8})-(.+)")
_THREADS = 16
_BATCH = 64  # segments in memory
_MOST_BYTES = 1 << 30  # of an unpacked segment; one of ours has some 5 MB


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a journal: that which ends at byte `end`."""

    name: str
    end: int

    @property
    def path(self) -> str:
        """Below the URL of the state.

        >>> Segment("20260102T030405Z-00000000", 4096).path
        'journal/20260102T030405Z-00000000/0-000000004096.ndjson'
        >>> Segment("20260102T030405Z-00000000-0007-a1", 4096).path
        'journal/20260102T030405Z-00000000/0007-a1-000000004096.ndjson'
        """
        match = _NAME.fullmatch(self.name)
        run, shard = match.groups() if match else (self.name, ONLY_SHARD)
        return f"{FOLDER}/{run}/{shard}-{self.end:012d}{SUFFIX}"


def put_segment(bucket: Bucket, name: str, start: int, lines: bytes) -> None:
    """Put the lines of the journal *name* that begin at byte *start*; durable on return.

    Raises:
        RunError: the server refuses or does not answer.
    """
    segment = Segment(name, start + len(lines))
    bucket.put(segment.path, _zstd().compress(lines), _HEADERS)


def pull(bucket: Bucket, folder: str) -> None:
    """Bring the journals in *folder* up to what *bucket* has.

    Raises:
        RunError: the server refuses or does not answer, or a segment is damaged.
    """
    sizes = list_journals(folder)
    missing = [s for s in list_segments(bucket) if s.end > sizes.get(s.name, 0)]
    for segment, lines in _read_all(bucket, missing):
        start, have = segment.end - len(lines), sizes.get(segment.name, 0)
        if start > have:
            raise RunError(f"{bucket.url}/{segment.path}: bytes {have} to {start} are missing")
        files.extend_file(os.path.join(folder, segment.name + SUFFIX), have, lines[have - start :])
        sizes[segment.name] = segment.end


def read_shard(bucket: Bucket, run_id: str, name: str) -> Iterator[Line]:
    """The lines of those journals of a run whose names begin with *name*, without a copy of them.

    Raises:
        RunError: the server refuses or does not answer, or a segment is damaged.
    """
    wanted = [s for s in list_segments(bucket, run_id) if s.name.startswith(name)]
    for segment, lines in _read_all(bucket, wanted):
        start = segment.end - len(lines)
        yield from decode_lines(BytesIO(lines), f"{bucket.url}/{segment.path}", start)


def push(bucket: Bucket, folder: str) -> None:
    """Put what the journals in *folder* have more than *bucket*: those that were written before
    there was one. Call it only while holding the lock."""
    ends: dict[str, int] = {}
    for segment in list_segments(bucket):
        ends[segment.name] = max(segment.end, ends.get(segment.name, 0))
    for name, size_bytes in list_journals(folder).items():
        start = ends.get(name, 0)
        if size_bytes > start:
            lines = b"".join(files.read_lines(os.path.join(folder, name + SUFFIX), start))
            if lines:
                put_segment(bucket, name, start, lines)


def list_segments(bucket: Bucket, run_id: str = "") -> list[Segment]:
    """All segments, or those of one run; those of a journal in order."""
    folder = f"{FOLDER}/{run_id}" if run_id else FOLDER
    return sorted(
        _segments(facts.path for facts in bucket.list(folder)), key=lambda s: (s.name, s.end)
    )


def _segments(paths: Iterable[str]) -> Iterator[Segment]:
    for path in paths:
        match = _PATH.fullmatch(path)
        if match:
            run, shard, end = match.groups()
            yield Segment(run if shard == ONLY_SHARD else f"{run}-{shard}", int(end))


def _read_all(bucket: Bucket, segments: Sequence[Segment]) -> Iterator[tuple[Segment, bytes]]:
    """Each of *segments* with its lines, in order; a few are in memory at a time."""
    if not segments:
        return
    with ThreadPoolExecutor(_THREADS, "segments") as pool:
        for at in range(0, len(segments), _BATCH):
            batch = segments[at : at + _BATCH]
            yield from zip(batch, pool.map(lambda s: _read(bucket, s), batch), strict=True)


def _read(bucket: Bucket, segment: Segment) -> bytes:
    data = bucket.get(segment.path).data
    if not data.startswith(_MAGIC):
        return data  # plain lines that a person put there
    library = _zstd()
    try:
        stream = library.ZstdDecompressor()
        lines: bytes = stream.decompress(data, _MOST_BYTES)
    except library.ZstdError as error:
        raise RunError(f"{bucket.url}/{segment.path}: damaged: {error}") from error
    if not stream.eof:
        raise RunError(f"{bucket.url}/{segment.path}: damaged: ends too early")
    return lines


def _zstd() -> Any:
    try:
        return _import_zstd()
    except ImportError as error:
        raise UsageError(
            f"a state on an object store needs zstd ({error}): "
            "pip install 'image-asset-archiver[s3]'"
        ) from error


def _import_zstd() -> ModuleType:
    """Python's own module, which 3.14 has, or its backport."""
    from importlib import import_module

    try:
        return import_module("compression.zstd")
    except ImportError:
        return import_module("backports.zstd")
