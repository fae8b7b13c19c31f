"""A download is judged, its bytes and thumbnails stored: what an image record is made of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import ParamSpec, TypeVar

from archiver import files
from archiver.errors import PictureError
from archiver.imaging.signatures import unpack
from archiver.imaging.workers import KILLED, Examiner
from archiver.model import Download, ImageRecord, Outcome, Picture, Rendition
from archiver.redact import redact
from archiver.storage import Store

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Keeper:
    """Turns downloads into stored blobs.

    Args:
        thumbnails: the names of the thumbnails that every picture gets.
        archive: the archive folder relative to the base folder, with ``/``.
        spool: folder for temporary files.
        quarantine: folder for pictures that killed their workers; none of them is opened again.
        disk: where file-system calls that wait for the disk are made.
    """

    def __init__(
        self,
        store: Store,
        examiner: Examiner,
        thumbnails: Sequence[str],
        archive: str,
        spool: str,
        quarantine: str,
        disk: Executor,
    ) -> None:
        self._quarantine, self._quarantined = quarantine, set(files.list_quarantine(quarantine))
        self._store, self._examiner, self._spool, self._disk = store, examiner, spool, disk
        self._thumbnails = tuple(thumbnails)
        self._prefix = f"{archive}/"

    async def examine(self, download: Download) -> Picture:
        """The facts and renditions of what came.

        Raises:
            PictureError: the bytes are no whole picture.
        """
        if download.sha256 in self._quarantined:
            raise PictureError(download.path, Outcome.UNSAFE, "quarantine")
        try:
            return await self._examiner.examine(download.path, tolerant=download.is_repeated)
        except PictureError as error:
            if error.reason == KILLED:
                await self._on_disk(self._put_away, download)
            raise

    def _put_away(self, download: Download) -> None:
        self._quarantined.add(download.sha256)
        kept = files.quarantine(download.path, self._quarantine, download.sha256)
        logger.error("put into quarantine path=%s url=%s", kept, redact(download.final_url))

    async def store(self, download: Download, picture: Picture, record: ImageRecord) -> ImageRecord:
        """*record* with the facts of the stored picture; the temporary file is gone afterwards."""
        path, thumbnails = await self._on_disk(self._put, download, picture)
        return replace(
            record,
            outcome=Outcome.STORED,
            digest=f"sha256:{download.sha256}",
            path=path,
            media_type=picture.media_type,
            size_bytes=download.size_bytes,
            width_px=picture.width_px,
            height_px=picture.height_px,
            frames=picture.frames,
            thumbnails=thumbnails,
            thumbnail_widths=_widths(picture.renditions),
            flags=record.flags + picture.flags,
            difference_hash=picture.difference_hash,
            exif=picture.exif,
            color_profile=picture.color_profile,
        )

    async def render_again(self, record: ImageRecord) -> ImageRecord:
        """*record* with the thumbnails of today's settings, made from its stored blob."""
        copy = await self._on_disk(self._copy_blob, record)
        try:
            picture = await self._examiner.examine(copy, tolerant="damaged" in record.flags)
        finally:
            files.remove_spool(copy)
        sha256 = record.digest.removeprefix("sha256:")
        thumbnails = await self._on_disk(
            self._put_renditions, sha256, record.path, picture.renditions
        )
        widths = _widths(picture.renditions)
        return replace(record, thumbnails=thumbnails, thumbnail_widths=widths)

    async def read_drawing(self, record: ImageRecord) -> bytes:
        """The text of the stored drawing of *record*, unpacked."""

        def read() -> bytes:
            with self._store.open(record.path.removeprefix(self._prefix)) as blob:
                data = blob.read()
            return unpack(data) if record.path.endswith(".svgz") else data

        return await self._on_disk(read)

    async def sanitize(self, record: ImageRecord, marked: bytes) -> ImageRecord:
        """*record* with the harmless form of its drawing, and the thumbnails of that.

        Args:
            marked: the drawing with links to local copies that begin with ``/<marker>/``.

        Raises:
            PictureError: it cannot be made harmless.
        """
        copy = await self._on_disk(files.write_spool, self._spool, marked)
        try:
            made = await self._examiner.sanitize(copy, self.marker(record))
        finally:
            files.remove_spool(copy)

        def put() -> ImageRecord:
            sha256 = self.marker(record)
            path = self._prefix + self._store.put_sanitized(made.data, sha256)
            thumbnails = self._put_renditions(sha256, record.path, made.renditions)
            widths = _widths(made.renditions)
            return replace(record, sanitized=path, thumbnails=thumbnails, thumbnail_widths=widths)

        return await self._on_disk(put)

    @staticmethod
    def marker(record: ImageRecord) -> str:
        """What marks links in a drawing as ours: its digest, which it cannot hold."""
        return record.digest.removeprefix("sha256:")

    async def holds_sanitized(self, record: ImageRecord) -> bool:
        """Whether the harmless form of the drawing of *record* is in the store."""
        path = record.sanitized.removeprefix(self._prefix)
        return bool(path) and await self._on_disk(self._store.exists, path)

    def _copy_blob(self, record: ImageRecord) -> str:
        """The path of a temporary copy: a store need not be a folder that workers can read."""
        with self._store.open(record.path.removeprefix(self._prefix)) as blob:
            return files.write_spool(self._spool, blob.read())

    async def holds(self, record: ImageRecord) -> bool:
        """Whether the blob of *record* is in the store."""
        return await self._on_disk(self._store.exists, record.path.removeprefix(self._prefix))

    def lacks_thumbnails(self, record: ImageRecord) -> bool:
        """Whether today's settings name a thumbnail that *record* has none for."""
        return any(name not in record.thumbnails for name in self._thumbnails)

    def _put(self, download: Download, picture: Picture) -> tuple[str, dict[str, str]]:
        stored = self._store.put(download.path, download.sha256, picture.extension)
        path = self._prefix + stored
        return path, self._put_renditions(download.sha256, path, picture.renditions)

    def _put_renditions(
        self, sha256: str, path: str, renditions: Iterable[Rendition]
    ) -> dict[str, str]:
        """Name → path; a picture no larger than a thumbnail is its own."""
        paths = dict.fromkeys(self._thumbnails, path)
        for r in renditions:
            stored = self._store.put_bytes(r.data, r.name, sha256, r.extension)
            paths[r.name] = self._prefix + stored
        return paths

    async def _on_disk(self, function: Callable[P, T], *arguments: P.args, **_: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._disk, partial(function, *arguments))


def _widths(renditions: Iterable[Rendition]) -> dict[str, int]:
    return {rendition.name: rendition.width_px for rendition in renditions}
