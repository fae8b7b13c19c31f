"""What happened on the hunt for a picture: what came, and what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from archiver import files
from archiver.errors import ImageLostError
from archiver.model import Download, Kind, Picture, Refusal
from archiver.pipeline.attempts import Attempt, RefererKind
from archiver.redact import redact


@dataclass(frozen=True, slots=True)
class Find:
    """A picture that came. Its file is removed by the hunt, unless a store took it.

    Attributes:
        doubt: why it is not taken at once; see `Judge.doubt`.
        captured: when a web archive captured it; None: it comes from elsewhere.
    """

    attempt: Attempt
    download: Download
    picture: Picture
    doubt: str = ""
    captured: datetime | None = None

    @property
    def kind(self) -> Kind:
        return self.attempt.candidate.kind


@dataclass(slots=True)
class Trail:
    """What happened so far.

    Attributes:
        failures: attempts and why they were not taken, in order.
        requests: made so far.
        finds: all pictures that came, the one that is taken among them.
    """

    failures: list[tuple[Attempt, ImageLostError]] = field(default_factory=list)
    finds: list[Find] = field(default_factory=list)
    requests: int = 0

    def refused(self, taken: Find | None = None) -> tuple[Refusal, ...]:
        """The failures for the journal, without the doubts in what was *taken* in the end."""
        return tuple(
            _refusal(attempt, error)
            for attempt, error in self.failures
            if taken is None or attempt != taken.attempt
        )

    def most_telling(self) -> ImageLostError:
        """What became of the URL as given says most; else the last failure."""
        for attempt, error in reversed(self.failures):
            if attempt.candidate.kind is Kind.AS_GIVEN:
                return error
        return self.failures[-1][1]

    def clear(self) -> None:
        """Remove the files of all pictures that no store took."""
        for find in self.finds:
            files.remove_spool(find.download.path)


def _refusal(attempt: Attempt, error: ImageLostError) -> Refusal:
    candidate, kind = attempt.candidate, attempt.referer.kind
    return Refusal(
        url=redact(candidate.url),
        kind=candidate.kind,
        rule=candidate.rule,
        reason=error.reason,
        outcome=error.outcome,
        referer="" if kind is RefererKind.NONE else kind,
    )
