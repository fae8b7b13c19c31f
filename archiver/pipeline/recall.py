"""What is known of a picture, its bytes brought back where they were taken out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import ParamSpec, TypeVar

from archiver.catalog import Catalog
from archiver.files import Trash
from archiver.journal import Journal
from archiver.model import ImageRecord
from archiver.pipeline.records import now_text
from archiver.storage import Store
from archiver.storage.layout import below_archive

P = ParamSpec("P")
T = TypeVar("T")


class Recaller:
    """Answers from the catalog.

    Args:
        archive: the archive folder relative to the base folder, with ``/``.
        disk: where file-system calls that wait for the disk are made.
    """

    def __init__(
        self,
        catalog: Catalog,
        journal: Journal,
        store: Store,
        trash: Trash,
        archive: str,
        disk: Executor,
    ) -> None:
        self._catalog, self._journal, self._store = catalog, journal, store
        self._trash, self._archive, self._disk = trash, archive, disk
        self._may_be_thrown = bool(trash.runs())  # nothing is thrown away while a run has the lock

    async def find(self, url: str) -> ImageRecord | None:
        """The newest record of *url*, its paths in the archive folder of today.

        A picture that lies in the trash comes back, which the journal is told; its thumbnails are
        left out of the record, so that they are made anew.
        """
        known = self._catalog.find_image(url)
        if known is None or not known.path:
            return known
        known = rehome(known, self._archive)
        is_removed = self._catalog.holdings.is_removed(known)
        if not is_removed and not self._may_be_thrown:
            return known
        is_held = await self._on_disk(self._store.exists, below_archive(known.path))
        if not is_removed if is_held else not await self._take_back(known):
            return known
        known = replace(known, thumbnails={}, thumbnail_widths={}, when=now_text())
        self._journal.append_image(known)
        self._catalog.add_image(known)
        return known

    async def _take_back(self, record: ImageRecord) -> bool:
        path = below_archive(record.path)
        kept = self._trash.find(f"archive/{path}")
        if kept is None:
            return False
        sha256 = record.digest.removeprefix("sha256:")
        extension = PurePosixPath(path).suffix
        await self._on_disk(self._store.put, kept, sha256, extension)
        return True

    async def _on_disk(self, function: Callable[P, T], *arguments: P.args, **_: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._disk, partial(function, *arguments))


def rehome(record: ImageRecord, archive: str) -> ImageRecord:
    """*record* with paths in *archive*, relative to the base folder, wherever that was before.

    >>> from archiver.model import Outcome
    >>> path = "archive/assets/ab/ab" + 62 * "0" + ".png"
    >>> rehome(ImageRecord("u", Outcome.STORED, path=path), "static/a").path[:20]
    'static/a/assets/ab/a'
    """

    def move(path: str) -> str:
        below = below_archive(path)
        return f"{archive}/{below}" if below else path

    if not below_archive(record.path) or record.path == move(record.path):
        return record
    thumbnails = {name: move(path) for name, path in record.thumbnails.items()}
    return replace(
        record, path=move(record.path), sanitized=move(record.sanitized), thumbnails=thumbnails
    )
