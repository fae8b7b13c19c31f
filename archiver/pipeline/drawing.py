"""A drawing (SVG) after it was stored: the harmless form that documents show.

blob → the pictures in it, archived like a document's → links to local copies → sanitised in a
worker → stored. The blob itself stays what it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from archiver.errors import PictureError
from archiver.formats import read_document
from archiver.model import ImageRecord, Outcome, Reading, Reference
from archiver.pipeline.keep import Keeper
from archiver.pipeline.wanted import Wanted
from archiver.rewrite.edits import plan_edits
from archiver.rewrite.links import SvgMode, prefixed_link
from archiver.rewrite.splice import splice

MEDIA_TYPE = "image/svg+xml"
MAX_PICTURES = 100  # asked for on behalf of one drawing; a stranger named them
MAX_BYTES = 10 * 2**20  # of a drawing that is read for its pictures
INCOMPLETE = "incomplete"
_UNSAFE = "svg-"  # what the reason of a drawing that cannot be shown begins with
_SWITCHED_OFF = "svg"

Have = Callable[[Wanted], Awaitable[ImageRecord | None]]


class Drawings:
    """Makes drawings fit to be shown.

    Args:
        mode: ``sanitize``; ``keep``: documents show the bytes as they came; ``skip``: documents
            keep their references to drawings.
        archive: the archive folder relative to the base folder, with ``/``.
        disk: where text is searched beside the other work.
    """

    def __init__(self, keeper: Keeper, mode: SvgMode, archive: str, disk: Executor) -> None:
        self._keeper, self._mode, self._disk = keeper, mode, disk
        self._prefix = f"{archive}/"

    async def is_current(self, record: ImageRecord) -> bool:
        """Whether *record* is what today's settings make of a stored drawing."""
        if self._mode == "skip":
            return record.reason == _SWITCHED_OFF
        if not record.outcome.is_had:
            return self._mode == "sanitize" and record.reason.startswith(_UNSAFE)
        return await self._keeper.holds_sanitized(record) == (self._mode == "sanitize")

    async def finish(self, record: ImageRecord, wanted: Wanted, have: Have) -> ImageRecord:
        """*record* of a stored drawing as it is to be shown; ``skipped`` where it is not.

        Args:
            have: archives a picture in it; None: it is a drawing itself, which is not shown.
        """
        plain = replace(record, outcome=Outcome.STORED, reason="", sanitized="")
        plain = replace(plain, flags=tuple(flag for flag in plain.flags if flag != INCOMPLETE))
        if self._mode == "skip":
            return replace(plain, outcome=Outcome.SKIPPED, reason=_SWITCHED_OFF)
        try:
            data = await self._keeper.read_drawing(plain)
            marked, is_whole = await self._link(data, plain, wanted, have)
            shown = await self._keeper.sanitize(plain, marked)
        except PictureError as error:
            if self._mode == "keep":
                return plain
            return replace(plain, outcome=Outcome.SKIPPED, reason=_UNSAFE + error.reason)
        if self._mode == "keep":
            return replace(shown, sanitized="")
        return shown if is_whole else replace(shown, flags=(*shown.flags, INCOMPLETE))

    async def _link(
        self, data: bytes, record: ImageRecord, wanted: Wanted, have: Have
    ) -> tuple[bytes, bool]:
        """*data* with links to the pictures in it, marked; and whether all were had."""
        if self._mode == "keep" or len(data) > MAX_BYTES:
            return data, self._mode == "keep"
        base_url = _base_url(record)
        loop = asyncio.get_running_loop()
        read = partial(read_document, data, format="svg", base_url=base_url)
        reading = await loop.run_in_executor(self._disk, read)
        records = await self._have_pictures(reading, base_url, wanted, have)
        marker = self._keeper.marker(record)
        links = [
            link and link.decode("ascii").encode(reading.encoding)
            for each in reading.references
            for link in [self._link_one(each, records, base_url, marker)]
        ]
        new = splice(data, plan_edits(reading, links))
        return new, all(link is not None for link in links)

    async def _have_pictures(
        self, reading: Reading, base_url: str, wanted: Wanted, have: Have
    ) -> Mapping[str, ImageRecord | None]:
        urls = dict.fromkeys(
            reference.url
            for reference in reading.references
            if _is_shown(reference) and _is_allowed(reference.url, base_url)
        )
        chosen = [url for url in urls if url != base_url][:MAX_PICTURES]
        inside = (replace(wanted, url=u, attributes={}, document_url=base_url) for u in chosen)
        return dict(zip(chosen, await asyncio.gather(*map(have, inside)), strict=True))

    def _link_one(
        self,
        reference: Reference,
        records: Mapping[str, ImageRecord | None],
        base_url: str,
        marker: str,
    ) -> bytes | None:
        if reference.url == base_url:  # a part of itself; only the fragment is left
            return b""
        record = records.get(reference.url)
        if record is None or not record.outcome.is_had:
            return None
        return prefixed_link(f"/{marker}/", record.path.removeprefix(self._prefix))


def is_drawing(record: ImageRecord) -> bool:
    """Whether *record* is of an SVG whose bytes are stored."""
    return record.media_type == MEDIA_TYPE and bool(record.path)


def _base_url(record: ImageRecord) -> str:
    """What the URLs in the drawing are relative to: where redirects ended, as far as is known."""
    if record.final_url and "…" not in record.final_url:  # nothing was redacted
        return record.final_url
    return record.requested_url or record.url


def _is_shown(reference: Reference) -> bool:
    """Whether it outlives the sanitiser: HTML in a drawing does not."""
    return not reference.role.startswith("img ")


def _is_allowed(url: str, base_url: str) -> bool:
    """A drawing from the network names no file of this machine."""
    return urlsplit(url).scheme != "file" or urlsplit(base_url).scheme == "file"
