"""A picture that its host no longer gives: from a mirror of one's own, or from a web archive.

What is found is judged like any answer: parking pages and hotlink pictures are archived too.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import urlsplit

from archiver import files
from archiver.cdn.settings import PlanningSettings
from archiver.errors import ImageLostError, PictureError
from archiver.fetch.client import Client
from archiver.fetch.memento import (
    MAX_TIMEMAP_BYTES,
    Answers,
    Link,
    find_beside,
    parse_links,
    timegate_url,
)
from archiver.fetch.mirrors import fill_mirror, mirror_folder
from archiver.fetch.privacy import is_public_url
from archiver.fetch.settings import FetchSettings
from archiver.model import Candidate, Download, ImageRecord, Kind, Outcome
from archiver.pipeline.attempts import Attempt, Referer, RefererKind
from archiver.pipeline.hunt import Hunter
from archiver.pipeline.local import Copier
from archiver.pipeline.trail import Find, Trail
from archiver.pipeline.wanted import Wanted
from archiver.planning import is_signed, plan_candidates

MIRROR, MEMENTO = "mirror", "memento"  # in the place of a candidate's rule

_NO_REFERER = Referer(RefererKind.NONE, None)
_NOT_LOST = frozenset({Outcome.TOO_BIG, Outcome.UNSAFE, Outcome.SKIPPED})
_ARCHIVE_IS_DOWN = frozenset({Outcome.TRANSIENT, Outcome.UNREACHABLE, Outcome.UNSAFE})


class Rescuer:
    """Looks elsewhere for what is lost.

    Args:
        copier: of what lies in a mirror's folder.
    """

    def __init__(
        self,
        hunter: Hunter,
        client: Client,
        network: FetchSettings,
        planning: PlanningSettings,
        copier: Copier,
    ) -> None:
        self._hunter, self._client, self._network = hunter, client, network
        self._planning, self._copier = planning, copier

    async def rescue(
        self, wanted: Wanted, error: ImageLostError, known: ImageRecord | None, trail: Trail
    ) -> Find | None:
        """The picture from elsewhere; None where it can't be had or may not be looked for.

        Args:
            error: why its host did not give it.
            known: its record of an earlier run.
        """
        if error.outcome in _NOT_LOST:
            return None
        async with aclosing(self._finds(wanted, error, known, trail)) as finds:
            async for find in finds:
                if not find.doubt:
                    return find
                doubt = PictureError(find.attempt.candidate.url, Outcome.PLACEHOLDER, find.doubt)
                trail.failures.append((find.attempt, doubt))
        return None

    async def _finds(
        self, wanted: Wanted, error: ImageLostError, known: ImageRecord | None, trail: Trail
    ) -> AsyncGenerator[Find, None]:
        for template in self._network.host(urlsplit(wanted.url).hostname or "").mirrors:
            find = await self._from_mirror(template, wanted, trail)
            if find is not None:
                yield find
        # What may pass by itself is left to the next run, and looked for elsewhere after that.
        was_lost = known is not None and not known.outcome.is_had
        is_dead = was_lost or error.outcome is not Outcome.TRANSIENT
        if is_dead and MEMENTO in self._network.rescue and await self._may_tell(wanted.url):
            for url in self._urls(wanted):
                async with aclosing(self._captures(url, wanted, trail)) as captures:
                    async for find in captures:
                        yield find

    async def _may_tell(self, url: str) -> bool:
        return not is_signed(url, self._planning) and await is_public_url(url, self._network)

    def _urls(self, wanted: Wanted) -> tuple[str, ...]:
        """The clean URL where a rule is sure of it, and the one as given."""
        planning = self._planning.with_quality(wanted.quality)
        best = plan_candidates(wanted.url, wanted.attributes, planning)[0]
        is_clean = best.kind is Kind.CLEAN and best.confidence == "high"
        return (best.url, wanted.url) if is_clean else (wanted.url,)

    async def _from_mirror(self, template: str, wanted: Wanted, trail: Trail) -> Find | None:
        url = fill_mirror(template, wanted.url)
        attempt = Attempt(Candidate(url, Kind.RESCUE, MIRROR), _NO_REFERER)
        if not url.startswith("file:"):
            return await self._ask(attempt, wanted, trail)
        try:
            download = await self._copier.copy_file(url, mirror_folder(template).encode())
            if download is None:
                raise PictureError(url, Outcome.MISSING, "outside the mirror's folder")
            try:
                find = await self._hunter.judge(attempt, replace(download, final_url=url), wanted)
            finally:
                files.remove_spool(download.path)
        except PictureError as error:
            trail.failures.append((attempt, error))
            return None
        trail.finds.append(find)
        return find

    async def _captures(self, url: str, wanted: Wanted, trail: Trail) -> AsyncGenerator[Find, None]:
        """The capture nearest to the document's date; then the older one, then the newer one."""
        answers = Answers()
        gate = timegate_url(self._network.timegate, url)
        find = await self._capture(gate, wanted, trail, answers)
        if find is not None:
            yield find
        if trail.failures[-1][1].outcome in _ARCHIVE_IS_DOWN:
            return
        moment = answers.captured or wanted.date
        links = answers.links
        if answers.timemap and not answers.has_neighbours():
            links = await self._read_timemap(answers.timemap)
        for neighbour in find_beside(links, moment) if moment else ():
            find = await self._capture(neighbour, wanted, trail, Answers())
            if find is not None:
                yield find

    async def _capture(
        self, url: str, wanted: Wanted, trail: Trail, answers: Answers
    ) -> Find | None:
        """One capture; without the date of capture it is some other answer of the archive."""
        attempt = Attempt(Candidate(url, Kind.RESCUE, MEMENTO), _NO_REFERER)
        find = await self._ask(attempt, wanted, trail, answers)
        if find is not None and answers.captured is None:
            no_capture = PictureError(url, Outcome.PLACEHOLDER, "no-capture")
            trail.failures.append((attempt, no_capture))
            return None
        return find and replace(find, captured=answers.captured)

    async def _ask(
        self, attempt: Attempt, wanted: Wanted, trail: Trail, answers: Answers | None = None
    ) -> Find | None:
        try:
            return await self._hunter.ask(attempt, wanted, trail, answers)
        except ImageLostError:
            return None  # noted in the trail

    async def _read_timemap(self, url: str) -> list[Link]:
        async def read(download: Download) -> list[Link]:
            text = files.read_bytes(download.path).decode("utf-8", "replace")
            return list(parse_links(text, download.final_url))

        try:
            return await self._client.fetch(url, check=read, max_bytes=MAX_TIMEMAP_BYTES)
        except ImageLostError:
            return []
