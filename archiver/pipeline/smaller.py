"""Smaller copies on wish: a ``srcset``, or thumbnails that link to the full picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archiver.model import (
    LINK_ADDED,
    SIZES_ADDED,
    SRCSET_ADDED,
    DocumentTask,
    ImageRecord,
    Reading,
    Reference,
)
from archiver.pipeline.linking import Linker
from archiver.pipeline.wanted import stated_size
from archiver.rewrite.links import RewriteSettings

Links = Sequence[bytes | None]


@dataclass(frozen=True, slots=True)
class Smaller:
    """What `plan_edits` is told.

    Attributes:
        links: for each reference what is written there.
        added: reason → for each reference what the adjustments of that reason add.
    """

    links: Links
    added: Mapping[str, Links]


class Shrinker:
    """Chooses smaller copies.

    Args:
        thumbnail: the name of the one that takes a picture's place.
        whole: the names of those that show the whole picture, not a part of it.
    """

    def __init__(
        self, linker: Linker, settings: RewriteSettings, thumbnail: str, whole: Sequence[str]
    ) -> None:
        self._linker, self._settings = linker, settings
        self._thumbnail, self._whole = thumbnail, tuple(whole)

    def plan(
        self,
        reading: Reading,
        records: Sequence[ImageRecord | None],
        links: Links,
        task: DocumentTask,
    ) -> Smaller:
        """The links of *reading* with smaller copies where they can be offered.

        Args:
            records: of each reference's picture.
            links: to the pictures themselves.
        """
        count = len(links)
        chosen = list(links)
        added: dict[str, list[bytes | None]] = {
            reason: [None] * count for reason in (SRCSET_ADDED, SIZES_ADDED, LINK_ADDED)
        }
        for adjustment in reading.adjustments:
            if adjustment.reason not in added or adjustment.link is None:
                continue
            index, reason = adjustment.link, adjustment.reason
            record, link = records[index], links[index]
            if record is None or link is None:
                continue
            reference = reading.references[index]
            if reason == LINK_ADDED:
                small = self._small_link(reference, record, task, reading)
                if small is not None:
                    chosen[index], added[LINK_ADDED][index] = small, link
            elif not self._is_replaced(reading, index, record):
                added[reason][index] = self._fill(reason, reference, record, link, task, reading)
        return Smaller(chosen, added)

    def _is_replaced(self, reading: Reading, index: int, record: ImageRecord) -> bool:
        """Whether the picture gives its place to a thumbnail anyway."""
        return self._small_path(record) is not None and any(
            one.reason == LINK_ADDED and one.link == index for one in reading.adjustments
        )

    def _small_path(self, record: ImageRecord) -> str | None:
        path = record.thumbnails.get(self._thumbnail, record.path)
        return path if self._settings.link_to_full and path != record.path else None

    def _small_link(
        self, reference: Reference, record: ImageRecord, task: DocumentTask, reading: Reading
    ) -> bytes | None:
        path = self._small_path(record)
        return self._linker.link_to(path, reference, task, reading) if path else None

    def _fill(
        self,
        reason: str,
        reference: Reference,
        record: ImageRecord,
        link: bytes,
        task: DocumentTask,
        reading: Reading,
    ) -> bytes | None:
        """The value of ``srcset`` or ``sizes``; None where there is no choice to offer."""
        widths = {
            name: record.thumbnail_widths[name]
            for name in self._whole
            if record.thumbnail_widths.get(name, record.width_px) < record.width_px
        }
        if not self._settings.responsive or not widths or record.frames > 1:
            return None
        if reason == SIZES_ADDED:
            width = stated_size(reference.attributes)[0] or record.width_px
            return f"(max-width: {width}px) 100vw, {width}px".encode(reading.encoding)
        entries = []
        for name, width in sorted(widths.items(), key=lambda item: item[1]):
            small = self._linker.link_to(record.thumbnails[name], reference, task, reading)
            entries.append((small or link) + f" {width}w".encode(reading.encoding))
        entries.append(link + f" {record.width_px}w".encode(reading.encoding))
        return ", ".encode(reading.encoding).join(entries)
