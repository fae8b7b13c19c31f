"""Bring damaged pictures back: from the trash, from where they came, or made anew.

Each is had as a run has it (`Images.have`), so that a repair knows no way of its own to fetch. The
order of writes is that of `gc`: that a damaged file goes is in the journal before it goes, to
quarantine; a picture is in its place before a record says so. Where a picture cannot be had again,
its old record is written once more, so that the loss is still known.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.context import RunContext
from archiver.journal import new_run_id
from archiver.maintenance.damage import Damage, DamageKind
from archiver.maintenance.relinking import relink_found
from archiver.model import ImageRecord
from archiver.pipeline.image import Images
from archiver.pipeline.places import Places
from archiver.pipeline.records import now_text
from archiver.pipeline.state import open_journal
from archiver.pipeline.wanted import Wanted
from archiver.storage.addresses import is_object_path
from archiver.storage.layout import digest_in
from archiver.wiring import open_parts

_AT_ONCE = 64  # pictures under way; each host's own limits hold beside it


def mend(found: Sequence[Damage], places: Places, catalog: Catalog, config: Config) -> None:
    """Mend what can be mended. Call it only while holding the lock."""
    _put_away(found, places, catalog)
    records = {record.url: record for damage in found for record in damage.records}
    if records:
        asyncio.run(_have_again(list(records.values()), places, catalog, config))
    catalog.catch_up()
    named = {os.fsencode(damage.document) for damage in found if damage.document}
    broken = sorted(path for path in named if not is_object_path(path))  # relink leaves those alone
    if broken:
        with open_journal(places, new_run_id()) as journal:
            catalog.follow(journal.sync)
            for _ in relink_found(map(places.absolute, broken), places, catalog, config, journal):
                pass
        catalog.catch_up()


def _put_away(found: Iterable[Damage], places: Places, catalog: Catalog) -> None:
    """Move damaged files to quarantine."""
    damaged = {damage.path for damage in found if damage.kind is DamageKind.DAMAGED}
    if not damaged:
        return
    with open_journal(places, new_run_id()) as journal:
        for path in sorted(damaged):
            journal.append_removed(f"{places.archive}/{path}", digest_in(path))
        journal.sync()
        for path in sorted(damaged):
            file = f"{places.archive_folder}/{path}"
            files.quarantine_damaged(file, os.path.join(places.state, "quarantine"))


async def _have_again(
    records: Sequence[ImageRecord], places: Places, catalog: Catalog, config: Config
) -> None:
    run = RunContext(config, places, catalog, is_retrying=True)
    async with open_parts(run, new_run_id()) as parts:
        for start in range(0, len(records), _AT_ONCE):
            some = records[start : start + _AT_ONCE]
            await asyncio.gather(
                *(_have(one, parts.images, catalog, places, config) for one in some)
            )


async def _have(
    record: ImageRecord, images: Images, catalog: Catalog, places: Places, config: Config
) -> None:
    """Have one picture again, its thumbnails too."""
    catalog.add_image(replace(record, thumbnails={}, thumbnail_widths={}, sanitized=""))
    wanted = Wanted(record.url, {}, config.base_url or None, places.base)
    now = await images.have(wanted)
    if not now.outcome.is_had and now.path != record.path:
        images.remember(replace(record, when=now_text()))
