"""What a document may have, however many parts it asks in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from archiver.model import ImageRecord, Outcome
from archiver.pipeline.document_limits import DocumentLimits
from archiver.pipeline.wanted import Wanted
from archiver.pipeline.within import AT_A_TIME, Allowance

HAD = frozenset("abc")  # before
SLOW = frozenset("bux")


class Pictures:
    """Pictures of 10 bytes; those of `HAD` were had before, those of other lengths are lost."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.under_way = self.most = 0

    async def have(self, wanted: Wanted) -> ImageRecord:
        self.asked.append(wanted.url)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        for _ in range(3 if wanted.url in SLOW else 1):
            await asyncio.sleep(0)
        self.under_way -= 1
        if wanted.url in HAD:
            return ImageRecord(wanted.url, Outcome.REUSED, size_bytes=10)
        if wanted.url.startswith("lost"):
            return ImageRecord(wanted.url, Outcome.GONE)
        return ImageRecord(wanted.url, Outcome.STORED, size_bytes=10)


def wanted(urls: Iterable[str]) -> list[Wanted]:
    return [Wanted(url, {}, None, b"") for url in urls]


async def take(
    parts: Iterable[Iterable[str]], images: int = 99, bytes: int = 10**6
) -> tuple[Allowance, Pictures]:
    pictures = Pictures()
    allowance = Allowance(DocumentLimits(images, bytes), pictures.have, HAD.__contains__)
    for part in parts:
        await allowance.take(wanted(part))
    return allowance, pictures


PARTS = {
    "one": ["uvwxyz"],
    "two": ["uvw", "xyz"],
    "six": [*"uvwxyz"],
    "with what was had before": ["abcuv", "wabc", "xyzc"],
    "with what was asked for": ["uvwx", "uvwxyz", "zyx"],
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS.keys())
async def test_so_many_new_pictures(parts: list[str]) -> None:
    allowance, pictures = await take(parts, images=4)
    assert [url for url in pictures.asked if url not in HAD] == [*"uvwx"]
    assert len(pictures.asked) == len(set(pictures.asked))
    assert allowance.say_left() == (
        "more than 4 images (limits.document_images): 2 stay as they are"
    )


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS.keys())
async def test_all_that_is_allowed(parts: list[str]) -> None:
    allowance, _ = await take(parts, images=6)
    assert allowance.say_left() == ""
    assert list(allowance.records) == list(dict.fromkeys("".join(parts)))


async def test_what_is_lost_counts_too() -> None:
    allowance, pictures = await take([["lost-1", "lost-2"], ["u", "v"]], images=3)
    assert pictures.asked == ["lost-1", "lost-2", "u"]
    assert "1 stay as they are" in allowance.say_left()


@pytest.mark.parametrize("room", [11, 20])
@pytest.mark.parametrize("parts", [["uv", "wx", "abc"], [*"uvwxabc"], ["uv", "wx", "xwabc"]])
async def test_so_many_bytes(parts: list[str], room: int) -> None:
    allowance, pictures = await take(parts, bytes=room)
    assert pictures.asked == [*"uvabc"]
    assert allowance.say_left() == (
        f"more than {room} bytes of images (limits.document_bytes): 2 stay as they are"
    )


async def test_few_are_under_way() -> None:
    _, pictures = await take([map(str, range(3 * AT_A_TIME))], images=1000)
    assert pictures.most == AT_A_TIME
    assert len(pictures.asked) == 3 * AT_A_TIME
