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
    chosen = list(_first(limits.images, wanted, is_had))
    found: dict[str, ImageRecord] = {}
    rest = iter(chosen)

    async def work() -> None:
        nonlocal room_bytes
        for each in rest:
            if room_bytes > 0 or is_had(each.url):
                record = found[each.url] = await have(each)
                room_bytes -= record.size_bytes if record.outcome is Outcome.STORED else 0

    await asyncio.gather(*(work() for _ in range(min(AT_A_TIME, len(chosen)))))
    had = {each.url: found[each.url] for each in chosen if each.url in found}
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
