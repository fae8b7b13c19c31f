"""What to ask for next: candidates on one axis, Referers on the other.

Hotlink protection answers 401, 403 or a placeholder to the wrong Referer, so those three let the
same candidate be asked for again with another one. Every other failure ends the candidate.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from archiver.errors import ImageLostError
from archiver.model import Candidate, Outcome

MAX_ATTEMPTS = 6  # an image, all candidates and Referers together

_DEPENDS_ON_REFERER = frozenset({Outcome.BLOCKED, Outcome.PLACEHOLDER})
_RULES_OUT_ORIGIN = frozenset({Outcome.UNREACHABLE, Outcome.TRANSIENT, Outcome.UNSAFE})
_LEGAL_BLOCK = "status-451"  # unavailable for legal reasons: no Referer changes that


@dataclass(frozen=True, slots=True)
class Attempt:
    """A candidate and the Referer it is asked for with; None: no such header."""

    candidate: Candidate
    referer: str | None


def list_referers(image_url: str, document_url: str | None) -> tuple[str | None, ...]:
    """The Referers worth trying, in order: none, the document's origin, the document without its
    query, the image's own origin.

    >>> list_referers("https://i.example/a.png", "https://site.example/p/1?s=2")
    (None, 'https://site.example/', 'https://site.example/p/1', 'https://i.example/')
    >>> list_referers("https://i.example/a.png", None)
    (None, 'https://i.example/')
    """
    found: list[str | None] = [None]
    if document_url and urlsplit(document_url).scheme in ("http", "https"):
        parts = urlsplit(document_url)
        host = parts.netloc.rpartition("@")[2]
        found += [f"{parts.scheme}://{host}/", f"{parts.scheme}://{host}{parts.path}"]
    found.append(origin_of(image_url) + "/")
    return tuple(dict.fromkeys(found))


def origin_of(url: str) -> str:
    """``scheme://host:port`` of *url*, without user information."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def plan_attempts(
    candidates: Sequence[Candidate],
    referers: Sequence[str | None],
    limit: int = MAX_ATTEMPTS,
) -> Generator[Attempt, ImageLostError, None]:
    """Yield the next attempt; send back why it failed.

    Args:
        candidates: best first.
        referers: in the order to try; the host's habit first, where one is known.
        limit: the most attempts to yield.
    """
    left = list(candidates)
    for referer in referers:
        for candidate in tuple(left):
            if candidate not in left:
                continue
            error = yield Attempt(candidate, referer)
            left = _still_worth_asking(left, candidate, error)
            limit -= 1
            if limit == 0:
                return


def _still_worth_asking(
    left: list[Candidate], asked: Candidate, error: ImageLostError
) -> list[Candidate]:
    if error.outcome in _RULES_OUT_ORIGIN:
        origin = origin_of(asked.url)
        return [c for c in left if origin_of(c.url) != origin]
    if error.outcome in _DEPENDS_ON_REFERER and error.reason != _LEGAL_BLOCK:
        return left
    return [c for c in left if c != asked]
