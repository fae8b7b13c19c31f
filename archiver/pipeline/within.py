"""The pictures of one document, within its limits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from archiver.model import ImageRecord, Outcome
from archiver.pipeline.document_limits import DocumentLimits
from archiver.pipeline.wanted import Wanted

AT_A_TIME = 32  # pictures of a document; so many may pass the limit of bytes before it is noticed


class Allowance:
    """What one document may have; it may ask again and again.

    Args:
        have, is_had: of the run's `Images`.

    Attributes:
        records: URL → record of what it has so far, in the order it was asked for.
    """

    def __init__(
        self,
        limits: DocumentLimits,
        have: Callable[[Wanted], Awaitable[ImageRecord]],
        is_had: Callable[[str], bool],
    ) -> None:
        self._limits, self._have, self._is_had = limits, have, is_had
        self._images, self._room_bytes = limits.images, limits.bytes
        self._too_many: set[str] = set()
        self._too_large: set[str] = set()
        self.records: dict[str, ImageRecord] = {}

    async def take(self, wanted: Sequence[Wanted]) -> None:
        """Have those of *wanted* that may be had, the first ones first."""
        new = [each for each in wanted if each.url not in self.records]
        chosen = list(self._first(new))
        found: dict[str, ImageRecord] = {}
        rest = iter(chosen)
        await asyncio.gather(*(self._work(rest, found) for _ in chosen[:AT_A_TIME]))
        may = {each.url for each in chosen}
        self._too_many.update(each.url for each in new if each.url not in may)
        self._too_large.update(may - found.keys())
        self._images -= sum(record.outcome is not Outcome.REUSED for record in found.values())
        self.records.update((each.url, found[each.url]) for each in chosen if each.url in found)

    def say_left(self) -> str:
        """What a person should know of those that may not be had; "" where all may."""
        left = len(self._too_many) + len(self._too_large)
        if not left:
            return ""
        limit = (
            f"{self._limits.bytes:,} bytes of images (limits.document_bytes)"
            if self._too_large
            else f"{self._limits.images:,} images (limits.document_images)"
        )
        return f"more than {limit}: {left:,} stay as they are"

    def _first(self, wanted: Sequence[Wanted]) -> Iterator[Wanted]:
        """As many of *wanted* as there may be that are not had, and all that are, in order."""
        count = self._images
        is_any = len(wanted) <= count
        for each in wanted:
            is_free = is_any or self._is_had(each.url)
            count -= not is_free
            if is_free or count >= 0:
                yield each

    async def _work(self, rest: Iterator[Wanted], found: dict[str, ImageRecord]) -> None:
        for each in rest:
            if self._room_bytes > 0 or self._is_had(each.url):
                record = found[each.url] = await self._have(each)
                is_new = record.outcome is Outcome.STORED
                self._room_bytes -= record.size_bytes if is_new else 0
