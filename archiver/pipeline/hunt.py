"""The hunt for one picture: what to ask for, what to make of the answer, when to be content."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from archiver import files
from archiver.cdn.settings import PlanningSettings
from archiver.errors import FetchError, ImageLostError, PictureError
from archiver.fetch.client import Client
from archiver.fetch.memento import Answers, accept_datetime
from archiver.fetch.settings import FetchSettings
from archiver.model import Candidate, Download, ImageRecord, Kind, Outcome
from archiver.pipeline.acceptance import (
    Judge,
    html_is_placeholder,
    is_no_smaller,
    is_same_picture,
)
from archiver.pipeline.attempts import Attempt, AttemptPlan, list_referers
from archiver.pipeline.dynamic import PIXEL, Skips
from archiver.pipeline.habits import Habits, host_of
from archiver.pipeline.keep import Keeper
from archiver.pipeline.trail import Find, Trail
from archiver.pipeline.wanted import Wanted
from archiver.planning import plan_candidates

# Answers that speak against a candidate, not against its host.
_TELLS_OF_CANDIDATE = frozenset(
    {Outcome.BLOCKED, Outcome.GONE, Outcome.PLACEHOLDER, Outcome.NOT_IMAGE}
)


class Hunter:
    """Finds pictures; one for all of a run."""

    def __init__(
        self,
        client: Client,
        keeper: Keeper,
        judge: Judge,
        habits: Habits,
        planning: PlanningSettings,
        network: FetchSettings,
        compare_clean: str,
        skips: Skips,
    ) -> None:
        self._skips = skips
        self._client, self._keeper, self._judge, self._habits = client, keeper, judge, habits
        self._planning, self._network, self._compare = planning, network, compare_clean

    async def hunt(self, wanted: Wanted, trail: Trail) -> Find:
        """The best picture that can be had for *wanted*.

        Args:
            trail: is told what happens; whoever made it clears it, when the find is stored.

        Raises:
            ImageLostError: there is none; the most telling of all failures.
        """
        planning = self._planning.with_quality(wanted.quality)
        candidates = plan_candidates(wanted.url, wanted.attributes, planning)
        host = host_of(wanted.url)
        async with self._habits.finding_out(host, candidates, self._compare == "first"):
            return await self._ask_host(wanted, candidates, trail)

    async def ask(
        self,
        attempt: Attempt,
        wanted: Wanted,
        trail: Trail,
        archive: Answers | None = None,
        known: ImageRecord | None = None,
    ) -> Find:
        """One candidate with one Referer.

        Args:
            archive: for a capture: is told what the archive answers.
            known: what we have of it already; unchanged, it fails with the reason ``not-modified``.

        Raises:
            ImageLostError: it gave no picture, or a stand-in.
        """
        candidate = attempt.candidate
        requests = 1

        async def check(download: Download) -> Find:
            nonlocal requests
            requests = download.attempts
            return await self.judge(attempt, download, wanted)

        try:
            find = await self._client.fetch(
                candidate.url,
                referer=attempt.referer_value,
                check=check,
                tries=1 if candidate.kind is Kind.HTTPS else None,  # a guess, worth one request
                etag=known.etag if known else "",
                last_modified=known.last_modified if known else "",
                headers=accept_datetime(wanted.date) if archive and wanted.date else {},
                on_answer=archive.note if archive else None,
            )
        except ImageLostError as error:
            trail.requests += error.attempts if isinstance(error, FetchError) else requests
            trail.failures.append((attempt, error))
            raise
        trail.requests += requests
        trail.finds.append(find)
        return find

    async def judge(self, attempt: Attempt, download: Download, wanted: Wanted) -> Find:
        """What came as a find, its file under another name.

        Raises:
            PictureError: it is no picture, or a stand-in; the file is where it was.
        """
        candidate = attempt.candidate
        self._judge.check_download(candidate.url, download)
        try:
            picture = await self._keeper.examine(download)
        except PictureError as error:
            if html_is_placeholder(error, candidate.url, download):
                raise PictureError(candidate.url, Outcome.PLACEHOLDER, "html") from error
            raise
        doubt = self._judge.doubt(wanted.url, candidate, download, picture, wanted.attributes)
        self._skips.check_picture(candidate.url, picture)
        return Find(
            attempt, replace(download, path=files.move_spool(download.path)), picture, doubt
        )

    async def _ask_host(
        self, wanted: Wanted, candidates: tuple[Candidate, ...], trail: Trail
    ) -> Find:
        referers = list_referers(wanted.url, wanted.document_url)
        if self._network.host(urlsplit(wanted.url).hostname or "").referer is not None:
            referers = referers[:1]  # the settings name it, whatever we ask with
        ordered = self._habits.order_referers(host_of(wanted.url), referers)
        plan = AttemptPlan(self._habits.choose(candidates), ordered)
        while attempt := plan.next():
            try:
                find = await self.ask(attempt, wanted, trail)
            except ImageLostError as error:
                if error.reason == PIXEL:
                    raise
                plan.refuse(attempt, error)
                continue
            if not find.doubt:
                return await self._settle(find, wanted, trail)
            doubt = PictureError(attempt.candidate.url, Outcome.PLACEHOLDER, find.doubt)
            trail.failures.append((attempt, doubt))
            plan.refuse(attempt, doubt)
        return self._give_up(wanted, trail, len(ordered) > 1)

    async def _settle(self, find: Find, wanted: Wanted, trail: Trail) -> Find:
        """Choose between *find* and what else came or can be compared with it; learn from it."""
        smaller = next((f for f in trail.finds if f.doubt == "smaller"), None)
        if smaller is not None and is_no_smaller(smaller.picture, find.picture):
            # The element states more pixels than any form of the picture has.
            no_larger = PictureError(wanted.url, Outcome.SKIPPED, "no-larger")
            trail.failures.append((find.attempt, no_larger))
            find = replace(smaller, doubt="")
        elif self._compare == "always" or (
            self._compare == "first" and self._habits.wants_comparison(find.attempt.candidate)
        ):
            find = await self._compare_with_given(find, wanted, trail)
        refused = [
            attempt.candidate
            for attempt, error in trail.failures
            if error.outcome in _TELLS_OF_CANDIDATE or error.reason == "status-400"
        ]
        chosen = find.attempt
        self._habits.note_success(chosen.candidate, chosen.referer, list(dict.fromkeys(refused)))
        return find

    async def _compare_with_given(self, find: Find, wanted: Wanted, trail: Trail) -> Find:
        if find.kind not in (Kind.CLEAN, Kind.ORIGINAL):
            return find
        try:
            given = await self.ask(
                Attempt(Candidate(wanted.url), find.attempt.referer), wanted, trail
            )
        except ImageLostError:
            return find  # nothing to compare with
        if given.doubt:
            return find
        is_same = is_same_picture(find.picture, given.picture)
        self._habits.note_compared(find.attempt.candidate, is_same)
        if is_same:
            return find
        url = find.attempt.candidate.url
        other = PictureError(url, Outcome.SKIPPED, "other-picture")
        trail.failures.append((find.attempt, other))
        return given

    def _give_up(self, wanted: Wanted, trail: Trail, has_varied: bool) -> Find:
        """A picture that is only doubted is better than none."""
        if trail.finds:
            return trail.finds[0]
        error = trail.most_telling()
        if has_varied and error.outcome in (Outcome.BLOCKED, Outcome.PLACEHOLDER):
            self._habits.note_hopeless(wanted.url)
        raise error
