"""The journal's image line for what was found, and for what was lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from archiver.errors import ImageLostError
from archiver.model import ImageRecord, Kind, Outcome
from archiver.pipeline.dynamic import PIXEL
from archiver.pipeline.schedule import format_time, next_time
from archiver.pipeline.trail import Find, Trail
from archiver.redact import redact


def found_record(url: str, find: Find, trail: Trail, flags: tuple[str, ...]) -> ImageRecord:
    """What is known of a picture before it is stored."""
    candidate = find.attempt.candidate
    return ImageRecord(
        url,
        Outcome.STORED,
        requested_url=candidate.url,
        kind=candidate.kind,
        rule=candidate.rule,
        flags=flags,
        etag=find.download.etag,
        last_modified=find.download.last_modified,
        final_url=redact(find.download.final_url),
        attempts=trail.requests,
        when=now_text(),
        refused=trail.refused(find),
        captured=format_time(find.captured) if find.captured else "",
    )


def local_record(url: str) -> ImageRecord:
    """What is known of a local picture before it is stored."""
    return ImageRecord(url, Outcome.STORED, kind=Kind.LOCAL, when=now_text())


def lost_record(
    url: str, error: ImageLostError, known: ImageRecord | None, trail: Trail
) -> ImageRecord:
    """A picture that was not had.

    Args:
        known: its record of an earlier run.
    """
    now = datetime.now(UTC)
    if error.reason == PIXEL:
        found = skipped_record(url, PIXEL)
        return replace(found, attempts=trail.requests, width_px=1, height_px=1)
    return ImageRecord(
        url,
        Outcome(error.outcome),
        reason=error.reason,
        not_before="" if url.startswith(("file:", "data:")) else next_time(error, known, now),
        attempts=trail.requests,
        when=format_time(now),
        refused=trail.refused(),
    )


def skipped_record(url: str, reason: str) -> ImageRecord:
    """A picture that is left as it is."""
    return ImageRecord(url, Outcome.SKIPPED, reason=reason, when=now_text())


def now_text() -> str:
    """This moment, RFC 3339."""
    return format_time(datetime.now(UTC))
