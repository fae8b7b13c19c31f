"""The pictures of one document, within its limits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from archiver.model import ImageRecord, Outcome
from archiver.pipeline.document_limits import DocumentLimits
from archiver.pipeline.wanted import Wanted

AT_A_TIME = 32  # pictures of a document; so many may pass the limit of bytes before it is noticed


async def have_within(
    limits: DocumentLimits,
    wanted: Sequence[Wanted],
    have: Callable[[Wanted], Awaitable[ImageRecord]],
    is_had: Callable[[str], bool],
) -> tuple[dict[str, ImageRecord], str]:
    """URL → record of what may be had, in order; and what to say of the rest, "" where all may."""
    room_bytes = limits.bytes
    turn = asyncio.Semaphore(AT_A_TIME)

    async def one(each: Wanted) -> ImageRecord | None:
        nonlocal room_bytes
        async with turn:
            if room_bytes <= 0 and not is_had(each.url):
                return None
            record = await have(each)
            room_bytes -= record.size_bytes if record.outcome is Outcome.STORED else 0
            return record

    chosen = list(_first(limits.images, wanted, is_had))
    found = await asyncio.gather(*map(one, chosen))
    had = {each.url: record for each, record in zip(chosen, found, strict=True) if record}
    return had, _say_left(limits, len(wanted), len(had), is_count=len(had) == len(chosen))


def _first(count: int, wanted: Sequence[Wanted], is_had: Callable[[str], bool]) -> Iterator[Wanted]:
    """The first *count* of *wanted* that are not had, and all that are, in order."""
    is_any = len(wanted) <= count
    for each in wanted:
        is_free = is_any or is_had(each.url)
        count -= not is_free
        if is_free or count >= 0:
            yield each


def _say_left(limits: DocumentLimits, wanted: int, had: int, is_count: bool) -> str:
    if wanted == had:
        return ""
    limit = (
        f"{limits.images:,} images (limits.document_images)"
        if is_count
        else f"{limits.bytes:,} bytes of images (limits.document_bytes)"
    )
    return f"more than {limit}: {wanted - had:,} stay as they are"
