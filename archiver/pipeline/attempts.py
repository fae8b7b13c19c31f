"""What to ask for next: candidates on one axis, Referers on the other.

Hotlink protection answers 401, 403 or a placeholder to the wrong Referer, so those let the same
candidate be asked for again with another one; every other failure ends the candidate. A refusal
may as well mean that only the URL as given is served, so that is found out first; a placeholder
hardly ever does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from archiver.errors import ImageLostError
from archiver.model import Candidate, Kind, Outcome

MAX_ATTEMPTS = 6  # an image, all candidates and Referers together; mirrors and archives come after

_DEPENDS_ON_REFERER = frozenset({Outcome.BLOCKED, Outcome.PLACEHOLDER})
_RULES_OUT_ORIGIN = frozenset({Outcome.UNREACHABLE, Outcome.TRANSIENT, Outcome.UNSAFE})
_WHATEVER_REFERER = frozenset({"status-451", "tiny", "smaller"})  # 451: unavailable by law


class RefererKind(StrEnum):
    """What a Referer is made of; this is what is learnt of a host."""

    NONE = "none"
    DOCUMENT_ORIGIN = "document origin"
    DOCUMENT = "document"
    OWN_ORIGIN = "own origin"


@dataclass(frozen=True, slots=True)
class Referer:
    """A Referer header; with the value None it is not sent."""

    kind: RefererKind
    value: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A candidate and the Referer it is asked for with."""

    candidate: Candidate
    referer: Referer

    @property
    def origin(self) -> str:
        return origin_of(self.candidate.url)

    @property
    def referer_value(self) -> str | None:
        """The header; a source on another host gets that host's own origin."""
        is_own = self.referer.kind is RefererKind.OWN_ORIGIN
        return f"{self.origin}/" if is_own else self.referer.value


def list_referers(image_url: str, document_url: str | None) -> tuple[Referer, ...]:
    """The Referers worth trying, in order: none, the document's origin, the document without its
    query, the image's own origin.

    >>> [r.value for r in list_referers("https://i.example/a.png", "https://site.example/p/1?s=2")]
    [None, 'https://site.example/', 'https://site.example/p/1', 'https://i.example/']
    >>> [str(r.kind) for r in list_referers("https://i.example/a.png", None)]
    ['none', 'own origin']
    """
    found = [Referer(RefererKind.NONE, None)]
    if document_url and urlsplit(document_url).scheme in ("http", "https"):
        origin = origin_of(document_url)
        path = urlsplit(document_url).path
        found += [
            Referer(RefererKind.DOCUMENT_ORIGIN, f"{origin}/"),
            Referer(RefererKind.DOCUMENT, f"{origin}{path}"),
        ]
    found.append(Referer(RefererKind.OWN_ORIGIN, f"{origin_of(image_url)}/"))
    distinct: dict[str | None, Referer] = {}
    for referer in found:
        distinct.setdefault(referer.value, referer)
    return tuple(distinct.values())


def origin_of(url: str) -> str:
    """``scheme://host:port`` of *url*, without user information."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


class AttemptPlan:
    """The attempts for one image; what failed says what is still worth asking for.

    Every candidate is asked for with the first Referer, then the best one with the others. The
    last attempt of all is for the URL as given: never less than the document has.

    Args:
        candidates: best first.
        referers: in the order to try; the host's habit first, where one is known.
        limit: the most attempts.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        referers: Sequence[Referer],
        limit: int = MAX_ATTEMPTS,
    ) -> None:
        # One request, after all else; unless the host is known to need it, then it is the best.
        guesses = [c for c in candidates[1:] if c.kind is Kind.HTTPS]
        others = [c for c in candidates if c not in guesses]
        self._left = [Attempt(candidate, referers[0]) for candidate in others]
        self._left += [Attempt(c, referer) for c in others for referer in referers[1:]]
        self._left += [Attempt(candidate, referers[0]) for candidate in guesses]
        self._first, self._budget = referers[0], limit

    def next(self) -> Attempt | None:
        """The next attempt; None: nothing is left to try."""
        if not self._left or self._budget == 0:
            return None
        self._budget -= 1
        return self._left.pop(0 if self._budget else self._last_resort())

    def refuse(self, attempt: Attempt, error: ImageLostError) -> None:
        """Draw the conclusions from the failure of *attempt*."""
        if error.outcome in _RULES_OUT_ORIGIN and not _is_about_request(error):
            self._left = [a for a in self._left if a.origin != attempt.origin]
        elif error.outcome not in _DEPENDS_ON_REFERER or error.reason in _WHATEVER_REFERER:
            self.drop(attempt.candidate)
        elif any(a.candidate == attempt.candidate for a in self._left):
            if error.outcome is Outcome.PLACEHOLDER:
                self._left.sort(key=lambda a: a.candidate != attempt.candidate)
        else:
            self._keep_one_each(attempt)

    def drop(self, candidate: Candidate) -> None:
        """Never mind *candidate*."""
        self._left = [a for a in self._left if a.candidate != candidate]

    def _last_resort(self) -> int:
        """Index of the last attempt for the URL as given; of the next one where there is none."""
        given = [n for n, a in enumerate(self._left) if a.candidate.kind is Kind.AS_GIVEN]
        return given[-1] if given else 0

    def _keep_one_each(self, spent: Attempt) -> None:
        """No Referer helped one candidate, so not all are tried with the others of its host: only
        the first one where the candidate was not asked for yet, else the last."""
        kept: dict[Candidate, Attempt] = {}
        for a in self._left:
            first = kept.setdefault(a.candidate, a)
            if first.referer != self._first:
                kept[a.candidate] = a
        self._left = [a for a in self._left if a.origin != spent.origin or a in kept.values()]


def _is_about_request(error: ImageLostError) -> bool:
    """Whether the host is there and refuses this URL only: 400 from a picture service."""
    return error.reason.startswith("status-4")
