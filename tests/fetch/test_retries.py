"""The retry policy: what a reason means, and how Retry-After is read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.fetch.retries import (
    MAX_RETRY_AFTER_S,
    REASONS,
    backoff_s,
    fetch_error,
    policy_of,
    read_retry_after,
)
from archiver.fetch.settings import FetchSettings
from archiver.model import Outcome

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
RETRY_AFTER = {
    "seconds": ("120", 120.0),
    "zero": ("0", 0.0),
    "white space": (" 7 ", 7.0),
    "a date": ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
    "a date without zone": ("Sun, 01 Mar 2026 12:00:30", 30.0),
    "a date with another zone": ("Sun, 01 Mar 2026 13:00:30 +0100", 30.0),
    "RFC 850": ("Sunday, 01-Mar-26 12:00:30 GMT", 30.0),
    "a date that has passed": ("Sun, 01 Mar 2020 12:00:00 GMT", 0.0),
    "a date of the year 9999": ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_RETRY_AFTER_S),
    "more than a month": ("99999999999", MAX_RETRY_AFTER_S),
    "more digits than a number takes": ("9" * 5000, MAX_RETRY_AFTER_S),
    "infinity": ("inf", None),
    "not a number": ("nan", None),
    "negative": ("-1", None),
    "a fraction": ("1.5", None),
    "an exponent": ("1e3", None),
    "full-width digits": ("１２", None),
    "superscript": ("²", None),
    "underscore": ("1_0", None),
    "words": ("soon", None),
    "a date that is none": ("Sun, 41 Mar 2026 12:00:30 GMT", None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("value", "expected"), RETRY_AFTER.values(), ids=RETRY_AFTER.keys())
def test_read_retry_after(value: str, expected: float | None) -> None:
    assert read_retry_after(value, NOW) == expected


@given(st.text())
def test_read_retry_after_takes_anything(value: str) -> None:
    found = read_retry_after(value)
    assert found is None or 0 <= found <= MAX_RETRY_AFTER_S


STATUSES = {
    204: (Outcome.TRANSIENT, True),
    300: (Outcome.TRANSIENT, True),
    304: (Outcome.TRANSIENT, True),
    400: (Outcome.UNREACHABLE, False),
    401: (Outcome.BLOCKED, False),
    403: (Outcome.BLOCKED, False),
    404: (Outcome.GONE, False),
    408: (Outcome.TRANSIENT, True),
    410: (Outcome.GONE, False),
    418: (Outcome.BLOCKED, False),
    425: (Outcome.TRANSIENT, True),
    429: (Outcome.TRANSIENT, True),
    451: (Outcome.BLOCKED, False),
    500: (Outcome.TRANSIENT, True),
    501: (Outcome.UNREACHABLE, False),
    503: (Outcome.TRANSIENT, True),
    507: (Outcome.TRANSIENT, False),
    520: (Outcome.TRANSIENT, True),
    524: (Outcome.TRANSIENT, True),
    525: (Outcome.UNREACHABLE, False),
    526: (Outcome.UNREACHABLE, False),
    527: (Outcome.TRANSIENT, True),
    530: (Outcome.UNREACHABLE, False),
    999: (Outcome.BLOCKED, False),
}


@pytest.mark.parametrize(("status", "row"), STATUSES.items(), ids=STATUSES.keys())
def test_policy_of_a_status(status: int, row: tuple[Outcome, bool]) -> None:
    policy = policy_of(f"status-{status}")
    assert (policy.outcome, policy.tries > 1) == row


@given(st.integers(100, 999))
def test_every_status_has_a_policy(status: int) -> None:
    error = fetch_error("http://h/", f"status-{status}")
    assert error.status == status
    assert error.is_transient == (error.outcome is Outcome.TRANSIENT)


def test_only_busy_hosts_are_paused() -> None:
    statuses = [status for status in range(100, 1000) if policy_of(f"status-{status}").pauses_host]
    assert statuses == [429, 503]
    assert not any(policy.pauses_host for policy in REASONS.values())


def test_backoff_doubles() -> None:
    settings = FetchSettings(backoff_s=1)
    for failures, expected in ((1, 1), (2, 2), (3, 4)):
        assert 0.75 * expected <= backoff_s(settings, failures) <= 1.25 * expected
