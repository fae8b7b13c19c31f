"""Large documents are read by other processes, with the same result; one that kills them is lost
alone."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from required import need_module

from archiver.engines.cluster.reading import (
    SENT_BYTES,
    RemoteReader,
    make_reader,
    pack,
    read_packed,
    unpack,
)
from archiver.engines.cluster.tasks import RETRIES
from archiver.errors import DocumentError, RunError
from archiver.formats import FORMATS, FinderSettings, ReadingSettings
from archiver.pipeline.reading import Unread, read_here

CASES = Path(__file__).parents[1] / "cases"
DOCUMENTS = {
    "html": b'<p><img src="/a.png" srcset="b.png 2x" width=3><img src="c\xff.png">',
    "markdown": "---\nheadimg: https://img.example/图.png\n---\n![](a.png)\n".encode(),
    "feed": b"<rss><channel><image><url>https://img.example/a.png</url></image></channel></rss>",
    "stylesheet": b"a { background: url(a.png) }",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="a.png"/></svg>',
}
FINDER = FinderSettings(select="p", attribute="data-big")


def unread(data: bytes, format: str = "html") -> Unread:
    settings = ReadingSettings(finders=(FINDER,), is_moved=True)
    return Unread("a page", data, format, "https://blog.example/post/", settings)


def page(size_bytes: int) -> bytes:
    return b'<img src="a.png">'.ljust(size_bytes)


class Here:
    """`Tasks` of this process."""

    def __init__(self) -> None:
        self.under_way = self.most = self.count = 0

    async def run(self, function: Callable[..., bytes], *arguments: Any) -> bytes | None:
        self.count += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.01)
        self.under_way -= 1
        return function(*arguments)


class Deadly:
    """`Tasks` none of which comes back."""

    async def run(self, function: Callable[..., bytes], *arguments: Any) -> bytes | None:
        return None


class Unpackable:
    """`Tasks` that bring nothing that can be packed."""

    async def run(self, function: Callable[..., bytes], *arguments: Any) -> bytes | None:
        return b""


@pytest.mark.parametrize("format", FORMATS)
def test_a_reading_stays_the_same(format: str) -> None:
    readings = list(read_here(unread(DOCUMENTS[format], format)))
    assert readings[0].references
    assert unpack(pack(readings)) == readings


@pytest.mark.parametrize("path", sorted(CASES.rglob("*.html")), ids=lambda path: path.stem)
def test_readings_of_the_cases_stay_the_same(path: Path) -> None:
    readings = list(read_here(unread(path.read_bytes())))
    assert unpack(pack(readings)) == readings


async def test_only_large_documents_are_sent() -> None:
    tasks = Here()
    reader = RemoteReader(tasks, 1)
    for size_bytes, count in ((SENT_BYTES - 1, 0), (SENT_BYTES, 1)):
        order = unread(page(size_bytes))
        assert list(await reader.read(order)) == list(read_here(order))
        assert tasks.count == count


async def test_no_more_are_under_way_than_there_are_cores_for() -> None:
    tasks = Here()
    reader = RemoteReader(tasks, cores=2, sent_bytes=1)
    await asyncio.gather(*(reader.read(unread(page(20))) for _ in range(20)))
    assert (tasks.count, tasks.most) == (20, 4)


async def test_half_a_character_is_read_here() -> None:
    (reading,) = read_here(unread(page(20)))
    half = replace(reading.references[0], url="https://img.example/\ud800.png")
    assert pack([replace(reading, references=(half,))]) == b""
    found = await RemoteReader(Unpackable(), 1, sent_bytes=1).read(unread(page(20)))
    assert list(found) == [reading]


async def test_a_document_that_kills_its_readers_is_an_error_of_its_own() -> None:
    with pytest.raises(DocumentError, match="a page: whoever reads it dies"):
        await RemoteReader(Deadly(), 1, sent_bytes=1).read(unread(page(20)))


async def test_without_cores_all_is_read_here() -> None:
    order = unread(page(SENT_BYTES))
    assert list(await make_reader(Deadly(), 0).read(order)) == list(read_here(order))


def test_a_machine_with_another_version_reads_nothing() -> None:
    with pytest.raises(RunError, match="all nodes need the same version"):
        read_packed(unread(page(20)), "0.0.1")


def test_on_ray(tmp_path: Path) -> None:
    """A reading, the death of the process that has a task, and that of each that tries it."""
    need_module("ray", "ray")
    words = [sys.executable, Path(__file__).with_name("reading_on_ray.py"), tmp_path]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("cores") > 0
    assert "all nodes need the same version" in found.pop("refused")
    assert found == {"is_same": True, "tried": "2", "lost": 1 + RETRIES}
