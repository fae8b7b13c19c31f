"""What is learnt of hosts, so that the next image of one needs one request; also in later runs.

- which kind of Referer works there;
- whether a kind of candidate is refused while the URL as given works ("protected originals"), or
  turned out to be another picture;
- whether its ``http:`` pictures are to be had as ``https:`` only.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from archiver.catalog import Catalog, HostFact
from archiver.model import Candidate, Kind
from archiver.pipeline.attempts import Referer, RefererKind
from archiver.pipeline.schedule import format_time

PATIENCE_S = 2.0  # an image waits so long for another one to find out what its host is like
REMEMBERED = timedelta(days=30)  # then the host is asked anew: it may have changed

_REFUSALS = 2  # of a kind of candidate; one may be an accident
_HOPELESS = 2  # images that no Referer helped
_LEARNABLE = frozenset({Kind.CLEAN, Kind.ORIGINAL})


def host_of(url: str) -> str:
    """Name of the host of *url*, with its port where the URL has one."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


class Habits:
    """What was learnt of hosts; read from the catalog when a host is first asked for."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._oldest = format_time(datetime.now(UTC) - REMEMBERED)
        self._known: dict[str, dict[tuple[str, str], str]] = {}
        self._seen: set[str] = set()
        self._scouts: dict[str, asyncio.Event] = {}
        self._hopeless: Counter[str] = Counter()

    @asynccontextmanager
    async def finding_out(
        self, host: str, candidates: Sequence[Candidate], compares: bool
    ) -> AsyncIterator[None]:
        """Held by one image at a time while it is open what *host* is like; others wait."""
        waiting_since = asyncio.get_running_loop().time()
        while (scout := self._scouts.get(host)) and self._is_open(host, candidates, compares):
            left_s = waiting_since + PATIENCE_S - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(scout.wait(), left_s)
            except TimeoutError:
                break
        if host in self._scouts or not self._is_open(host, candidates, compares):
            yield
            return
        self._scouts[host] = asyncio.Event()
        try:
            yield
        finally:
            self._seen.add(host)
            self._scouts.pop(host).set()

    def order_referers(self, host: str, referers: Sequence[Referer]) -> list[Referer]:
        """*referers* with the one that works at *host* first; where none ever helped, just one."""
        habit = self._get(host, "", "referer")
        ordered = sorted(referers, key=lambda referer: referer.kind != habit)
        return ordered[:1] if self._hopeless[host] >= _HOPELESS else ordered

    def choose(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """*candidates* without those that are known to be refused, what is needed first."""
        kept = [c for c in candidates if not self._is_ruled_out(c)]
        return sorted(kept, key=lambda c: not (c.kind is Kind.HTTPS and self._needs_https(c.url)))

    def wants_comparison(self, candidate: Candidate) -> bool:
        """Whether no picture of the host and rule was compared with the one as given."""
        return candidate.kind in _LEARNABLE and not self._of(candidate, "compared")

    def note_compared(self, candidate: Candidate, is_same: bool) -> None:
        value = "same" if is_same else "other"
        self._set(host_of(candidate.url), _subject(candidate), "compared", value)

    def note_success(
        self, candidate: Candidate, referer: Referer, refused: Sequence[Candidate]
    ) -> None:
        """Learn from the picture that *candidate* brought.

        Args:
            refused: candidates that the host answered, but not with a picture.
        """
        host = host_of(candidate.url)
        self._hopeless.pop(host, None)
        if referer.kind != (self._get(host, "", "referer") or RefererKind.NONE):
            self._set(host, "", "referer", referer.kind)
        if (candidate.kind is Kind.HTTPS) != self._needs_https(candidate.url):
            self._set(host, "", "https", "needed" if candidate.kind is Kind.HTTPS else "")
        if candidate.kind in _LEARNABLE and self._of(candidate, "refusals"):
            self._set(host, _subject(candidate), "refusals", "")
        if candidate.kind is Kind.AS_GIVEN:
            for other in refused:
                self._count_refusal(other)

    def note_hopeless(self, url: str) -> None:
        """No Referer helped the image."""
        self._hopeless[host_of(url)] += 1

    def _count_refusal(self, candidate: Candidate) -> None:
        if candidate.kind in _LEARNABLE:
            count = int(self._of(candidate, "refusals") or 0) + 1
            self._set(host_of(candidate.url), _subject(candidate), "refusals", str(count))

    def _is_ruled_out(self, candidate: Candidate) -> bool:
        if candidate.kind not in _LEARNABLE:
            return False
        refusals = int(self._of(candidate, "refusals") or 0)
        return refusals >= _REFUSALS or self._of(candidate, "compared") == "other"

    def _is_open(self, host: str, candidates: Sequence[Candidate], compares: bool) -> bool:
        if host not in self._seen and not self._facts(host):
            return True
        return any(
            0 < int(self._of(c, "refusals") or 0) < _REFUSALS
            or (compares and self.wants_comparison(c))
            for c in candidates
            if c.kind in _LEARNABLE
        )

    def _needs_https(self, url: str) -> bool:
        return self._get(host_of(url), "", "https") == "needed"

    def _of(self, candidate: Candidate, fact: str) -> str:
        return self._get(host_of(candidate.url), _subject(candidate), fact)

    def _get(self, host: str, subject: str, fact: str) -> str:
        return self._facts(host).get((subject, fact), "")

    def _facts(self, host: str) -> dict[tuple[str, str], str]:
        if host not in self._known:
            facts = self._catalog.host_facts(host)
            self._known[host] = {
                (f.subject, f.fact): f.value for f in facts if f.when > self._oldest
            }
        return self._known[host]

    def _set(self, host: str, subject: str, fact: str, value: str) -> None:
        self._facts(host)[subject, fact] = value
        when = format_time(datetime.now(UTC))
        self._catalog.learn(HostFact(host, subject, fact, str(value), when))


def _subject(candidate: Candidate) -> str:
    return f"{candidate.kind} {candidate.rule}"
