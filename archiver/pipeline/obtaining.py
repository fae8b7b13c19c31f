"""An image that is not known yet: fetched, copied, or unpacked from its URL; then stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from archiver import files
from archiver.cdn.settings import PlanningSettings
from archiver.errors import ImageLostError, PictureError
from archiver.model import Download, ImageRecord, Outcome
from archiver.pipeline.acceptance import Judge
from archiver.pipeline.hunt import Hunter
from archiver.pipeline.keep import Keeper
from archiver.pipeline.local import Copier
from archiver.pipeline.records import found_record, local_record, lost_record, now_text
from archiver.pipeline.rescue import Rescuer
from archiver.pipeline.trail import Find, Trail
from archiver.pipeline.wanted import Wanted
from archiver.planning import has_watermark
from archiver.syntax.data_urls import DATA_ATTRIBUTE


@dataclass(frozen=True, slots=True)
class Obtained:
    """What became of an image.

    Attributes:
        record: of the image, stored or lost.
        others: new records of images that were had before and turn out to be suspect now.
        is_noted: whether a journal has all of that already.
    """

    record: ImageRecord
    others: tuple[ImageRecord, ...] = ()
    is_noted: bool = False


class Obtainer(Protocol):
    """Gets images into the store: in this process, or on another machine."""

    async def obtain(self, wanted: Wanted, known: ImageRecord | None) -> Obtained:
        """Have the image asked for and stored, or lost.

        Args:
            known: its record of an earlier run.
        """

    async def render_again(self, known: ImageRecord) -> Obtained:
        """Have the thumbnails of today's settings made of a stored image."""


class LocalObtainer:
    """Does it in this process.

    Args:
        find: the newest record of a URL.
        copier: of pictures on this machine, to the file system of the store.
    """

    def __init__(
        self,
        *,
        find: Callable[[str], ImageRecord | None],
        hunter: Hunter,
        rescuer: Rescuer,
        keeper: Keeper,
        judge: Judge,
        planning: PlanningSettings,
        copier: Copier,
    ) -> None:
        self._find_record, self._hunter, self._rescuer = find, hunter, rescuer
        self._keeper, self._judge, self._planning = keeper, judge, planning
        self._copier = copier

    async def obtain(self, wanted: Wanted, known: ImageRecord | None) -> Obtained:
        """As `Obtainer.obtain`."""
        trail = Trail()
        try:
            record = await self._obtain(wanted, known, trail)
        except ImageLostError as error:
            record = lost_record(wanted.url, error, known, trail)
        finally:
            trail.clear()
        repeats = [f.download.sha256 for f in trail.finds if f.doubt == "same-bytes"]
        return Obtained(record, tuple(o for s in repeats for o in self._suspects(wanted.url, s)))

    async def render_again(self, known: ImageRecord) -> Obtained:
        """As `Obtainer.render_again`."""
        return Obtained(replace(await self._keeper.render_again(known), when=now_text()))

    async def _obtain(self, wanted: Wanted, known: ImageRecord | None, trail: Trail) -> ImageRecord:
        if wanted.url.startswith("file:"):
            return await self._take_local(wanted)
        if wanted.url.startswith("data:"):
            return await self._take_data(wanted)
        find = await self._find(wanted, known, trail)
        return await self._store(find, wanted, trail)

    async def _find(self, wanted: Wanted, known: ImageRecord | None, trail: Trail) -> Find:
        try:
            return await self._hunter.hunt(wanted, trail)
        except ImageLostError as error:
            rescued = await self._rescuer.rescue(wanted, error, known, trail)
            if rescued is None:
                raise
            return rescued

    async def _take_local(self, wanted: Wanted) -> ImageRecord:
        download = await self._copier.copy_file(wanted.url, wanted.root)
        if download is None:
            raise PictureError(wanted.url, Outcome.SKIPPED, "outside the source's folder")
        return await self._keep(download, wanted.url)

    async def _take_data(self, wanted: Wanted) -> ImageRecord:
        data_url = wanted.attributes.get(DATA_ATTRIBUTE, "")
        return await self._keep(await self._copier.copy_data(data_url, wanted.url), wanted.url)

    async def _keep(self, download: Download, url: str) -> ImageRecord:
        try:
            picture = await self._keeper.examine(download)
            return await self._keeper.store(download, picture, local_record(url))
        finally:
            files.remove_spool(download.path)  # nothing, where the store took it

    async def _store(self, find: Find, wanted: Wanted, trail: Trail) -> ImageRecord:
        flags = []
        if has_watermark(find.attempt.candidate.url, self._planning):
            flags.append("watermarked")
        if find.captured is not None:
            flags.append("rescued")
        record = found_record(wanted.url, find, trail, tuple(flags))
        stored = await self._keeper.store(find.download, find.picture, record)
        # Asked after the wait: who finds out later looks for the record, which is there by then.
        if find.doubt or self._judge.is_suspect(wanted.url, find.download.sha256):
            return replace(stored, flags=(*stored.flags, "suspect"))
        return stored

    def _suspects(self, url: str, sha256: str) -> list[ImageRecord]:
        """Of the URLs that brought the same bytes before it was known that several do."""
        found = []
        for other in self._judge.others(url, sha256):
            record = self._find_record(other)
            if record is None or record.digest != f"sha256:{sha256}" or "suspect" in record.flags:
                continue
            flags = (*record.flags, "suspect")
            found.append(replace(record, flags=flags, when=now_text()))
        return found
