"""What a document may name once it is rewritten."""

from __future__ import annotations

import pytest

from archiver.errors import DocumentError
from archiver.formats import ReadingSettings
from archiver.formats.feed import PART
from archiver.pipeline.postcondition import check_names
from archiver.pipeline.reading import LocalReader, Unread

PAGE = b'<img src="https://h.example/a.png"><img src="https://h.example/b.png?token=secret">'
ITEM = '<item><enclosure url="https://img.example/{}.png" type="image/png"/></item>'
A, B = "https://h.example/a.png", "https://h.example/b.png?token=secret"


def unread(data: bytes, format: str) -> Unread:
    return Unread("a document", data, format, None, ReadingSettings())


async def test_what_is_allowed() -> None:
    await check_names(unread(PAGE, "html"), LocalReader(), {A, B}.__contains__)


async def test_what_is_not_is_named_without_its_secrets() -> None:
    with pytest.raises(DocumentError, match=r"would name https://h\.example/b\.png") as found:
        await check_names(unread(PAGE, "html"), LocalReader(), {A}.__contains__)
    assert "secret" not in str(found.value) and "a document" in str(found.value)


@pytest.mark.parametrize("number", [0, PART - 1, PART, PART + 1])
async def test_any_item_of_a_long_feed(number: int) -> None:
    items = "".join(ITEM.format(n) for n in range(PART + 2))
    data = f"<rss><channel>{items}</channel></rss>".encode()
    url = f"https://img.example/{number}.png"
    with pytest.raises(DocumentError, match=f"would name {url}"):
        await check_names(unread(data, "feed"), LocalReader(), lambda named: named != url)
