"""When a lost image is asked for again: growing gaps across runs, never without end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archiver.errors import FetchError, ImageLostError
from archiver.model import ImageRecord, Outcome

NEVER = "9999-12-31T00:00:00Z"
FIRST_GAP = timedelta(hours=1)  # after a failure that may pass by itself
LONGEST_GAP = timedelta(days=30)
SLOW_GAP = timedelta(days=7)  # after an answer that rarely changes: 404, HTML, a placeholder

_MAY_PASS_SOON = frozenset({Outcome.TRANSIENT, Outcome.UNREACHABLE, Outcome.DAMAGED})


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second.

    >>> format_time(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_due(record: ImageRecord, now: datetime) -> bool:
    """Whether a lost image may be asked for again at *now*."""
    return record.not_before <= format_time(now)


def next_time(error: ImageLostError, known: ImageRecord | None, now: datetime) -> str:
    """The time before which the image that failed with *error* is left alone.

    Args:
        known: its record of an earlier run; each further failure doubles the gap.
    """
    if error.reason == "status-410":
        return NEVER
    if isinstance(error, FetchError) and error.retry_after_s is not None:
        asked = min(error.retry_after_s, LONGEST_GAP.total_seconds())
        return format_time(now + timedelta(seconds=asked))
    gap = FIRST_GAP if error.outcome in _MAY_PASS_SOON else SLOW_GAP
    return format_time(now + min(max(gap, 2 * _last_gap(known)), LONGEST_GAP))


def _last_gap(known: ImageRecord | None) -> timedelta:
    if known is None or not known.not_before or not known.when or known.not_before == NEVER:
        return timedelta()
    return datetime.fromisoformat(known.not_before) - datetime.fromisoformat(known.when)
