"""What is to be written into one document, from what is found in it, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from archiver.formats.stylesheet import safe_in_css
from archiver.model import DocumentTask, ImageRecord, Reading, Reference, Replacement
from archiver.pipeline.image import Images
from archiver.pipeline.profile import Profile
from archiver.pipeline.rewritten import Planned, Told
from archiver.pipeline.wanted import Wanted
from archiver.pipeline.within import Allowance
from archiver.rewrite.edits import plan_edits


class DocumentPlan:
    """Has the pictures of a document, and plans the links to them.

    Of a part that was added only what is to be written is held.

    Args:
        date: of the document.
    """

    def __init__(
        self, task: DocumentTask, profile: Profile, images: Images, date: datetime
    ) -> None:
        self._task, self._profile, self._date = task, profile, date
        self._allowance = Allowance(profile.settings.limits, images.have, images.is_had)
        self._replacements: list[Replacement] = []
        self._spelled: dict[bytes, bytes] = {}  # a link that many references get is held once
        self._kept: set[str] = set()
        self._notes: list[str] = []
        self._references = 0
        self._format = ""

    async def add(self, reading: Reading) -> None:
        """Have the pictures that a part of the document names, as far as they are ours to take,
        and plan what is written there."""
        await self._allowance.take(self._list_wanted(reading))
        had = [self._allowance.records.get(each.url) for each in reading.references]
        both = zip(reading.references, had, strict=True)
        links = [self._link(reference, record, reading) for reference, record in both]
        self._replacements += self._plan_edits(reading, links, had)
        for reference, link in zip(reading.references, links, strict=True):
            if link is None:
                self._kept |= {reference.url, safe_in_css(reference.url)}
        self._format = reading.format
        self._notes += reading.notes
        self._references += len(reading.references)

    def planned(self) -> Planned:
        """All of it."""
        records = tuple(self._allowance.records.values())
        reason = "; ".join(filter(None, (*self._notes, self._allowance.say_left())))
        return Planned(
            self._format,
            tuple(self._replacements),
            frozenset(self._kept) if self._spelled else None,
            Told(records, reason, self._references),
        )

    def _list_wanted(self, reading: Reading) -> list[Wanted]:
        """An image each, in file order, as the first of its references asks for it."""
        task, settings = self._task, self._profile.settings
        base_url = task.url or settings.base_url or None
        stays_local = task.is_in_place or task.replaces is not None
        wanted: dict[str, Wanted] = {}
        for r in reading.references:
            is_other = (stays_local and r.url.startswith("file:")) or self._is_ours(r.url)
            if r.url not in wanted and not is_other:
                wanted[r.url] = Wanted(
                    r.url, r.attributes, base_url, task.root, self._date, settings.quality
                )
        return list(wanted.values())

    def _is_ours(self, url: str) -> bool:
        return self._profile.linker.is_ours(url)

    def _link(
        self, reference: Reference, record: ImageRecord | None, reading: Reading
    ) -> bytes | None:
        link = self._profile.linker.link(reference, record, self._task, reading)
        return None if link is None else self._spelled.setdefault(link, link)

    def _plan_edits(
        self,
        reading: Reading,
        links: Sequence[bytes | None],
        had: Sequence[ImageRecord | None],
    ) -> tuple[Replacement, ...]:
        """The edits of the images, and of the style sheets behind them."""
        smaller = self._profile.shrinker.plan(reading, had, links, self._task)
        widths = [record.width_px if record else 0 for record in had]
        sheets = [
            self._profile.linker.link_sheet(sheet, self._task, reading) for sheet in reading.sheets
        ]
        everything = replace(reading, references=reading.references + reading.sheets)
        return plan_edits(
            everything,
            [*smaller.links, *sheets],
            self._profile.settings.rewrite,
            [*widths, *(0 for _ in sheets)],
            smaller.added,
        )
