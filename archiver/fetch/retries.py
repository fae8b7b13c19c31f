"""The retry policy, all of it: what each reason means, and how tenacity reads that."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from archiver.errors import FetchError, ImageLostError, PictureError
from archiver.fetch.settings import FetchSettings
from archiver.model import Outcome

MAX_RETRY_AFTER_S = 30 * 86400.0  # beyond a month nobody remembers having asked
_ONCE, _TWICE, _ALL = 1, 2, 99


@dataclass(frozen=True, slots=True)
class Policy:
    """What a reason means.

    Attributes:
        outcome: of the image, where it was the last attempt.
        tries: the most times the URL is asked for, the first included; the settings' `tries`
            where that is less.
        pauses_host: whether the whole host waits, not only this URL.
    """

    outcome: Outcome
    tries: int = _ONCE
    pauses_host: bool = False


_RETRIED = Policy(Outcome.TRANSIENT, _ALL)
_BUSY = Policy(Outcome.TRANSIENT, _ALL, pauses_host=True)
_ODD = Policy(Outcome.TRANSIENT, _TWICE)
_LATER = Policy(Outcome.TRANSIENT)
_BLOCKED = Policy(Outcome.BLOCKED)
_GONE = Policy(Outcome.GONE)
_UNREACHABLE = Policy(Outcome.UNREACHABLE)
_UNSAFE = Policy(Outcome.UNSAFE)

REASONS: Mapping[str, Policy] = {
    "connect": _RETRIED,
    "reset": _RETRIED,
    "disconnected": _RETRIED,
    "truncated": _RETRIED,
    "timeout": _RETRIED,
    "slow": _RETRIED,
    "coding": _RETRIED,
    "coding-unknown": _LATER,  # asking again would bring the same coding
    "dns-again": _RETRIED,  # the resolver did not answer
    "dns": _UNREACHABLE,  # it did: there is no such name
    "empty": _ODD,
    "paused": _LATER,  # the host asked for a pause that is longer than we wait
    "host-down": _LATER,  # it failed so often in a row that it is left alone for this run
    "redirects": _UNREACHABLE,
    "protocol": _UNREACHABLE,
    "proxy": _RETRIED,
    "http2-only": _UNREACHABLE,
    "tls": _UNREACHABLE,
    "tls-expired": _UNREACHABLE,
    "tls-host": _UNREACHABLE,
    "tls-chain": _UNREACHABLE,
    "tls-old": _UNREACHABLE,
    "url": _UNREACHABLE,
    "scheme": _UNSAFE,
    "address": _UNSAFE,
    "port": _UNSAFE,
    "fake-ip": _UNSAFE,
    "bytes": Policy(Outcome.TOO_BIG),
    "not-modified": Policy(Outcome.REUSED),
}
_STATUSES: Mapping[int, Policy] = {
    **dict.fromkeys((401, 402, 403, 406, 418, 451, 999), _BLOCKED),
    **dict.fromkeys((404, 410), _GONE),
    **dict.fromkeys((408, 425, 500, 502, 504, *range(520, 525), 527, 529, 598, 599), _RETRIED),
    **dict.fromkeys((429, 503), _BUSY),
    **dict.fromkeys((501, 505, 525, 526, 530), _UNREACHABLE),
}


def policy_of(reason: str) -> Policy:
    """What *reason* means; ``status-NNN`` by its status.

    >>> policy_of("status-404").outcome, policy_of("status-418").outcome
    (<Outcome.GONE: 'gone'>, <Outcome.BLOCKED: 'blocked'>)
    """
    if not reason.startswith("status-"):
        return REASONS[reason]
    status = int(reason.removeprefix("status-"))
    if status in _STATUSES:
        return _STATUSES[status]
    if status < 400:  # an answer that makes no sense: 206 or 304 unasked, 302 without Location
        return _ODD
    return _LATER if status < 600 and status >= 500 else _UNREACHABLE


def fetch_error(url: str, reason: str, retry_after_s: float | None = None) -> FetchError:
    """The error for *reason*, its outcome as the policy says."""
    policy = policy_of(reason)
    status = int(reason[7:]) if reason.startswith("status-") else None
    is_transient = policy.outcome is Outcome.TRANSIENT
    asked_s = retry_after_s if is_transient else None  # to wait for what is gone is no use
    return FetchError(url, policy.outcome, reason, is_transient, asked_s, status)


def read_retry_after(value: str, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for; None: it says nothing we understand.

    Both forms of RFC 9110, section 10.2.3. Never by `float`: ``inf`` and ``1e9`` are junk.

    >>> read_retry_after("120"), read_retry_after("inf")
    (120.0, None)
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:18]), MAX_RETRY_AFTER_S)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    wait_s = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)


def retrying(settings: FetchSettings, most: int | None = None) -> AsyncRetrying:
    """tenacity's loop over the tries of one URL, *most* or those of the settings.

    It retries on our own two errors only: a predicate that names what not to retry would retry
    `CancelledError` too.
    """
    most = most or settings.tries

    def is_enough(state: RetryCallState) -> bool:
        error = _error_of(state)
        if not isinstance(error, FetchError):
            return state.attempt_number >= most
        is_too_long = (error.retry_after_s or 0.0) > settings.retry_after_cap_s
        tries = min(policy_of(error.reason).tries, most)
        return is_too_long or state.attempt_number >= tries

    def wait_s(state: RetryCallState) -> float:
        error = _error_of(state)
        if isinstance(error, FetchError) and policy_of(error.reason).pauses_host:
            return 0.0  # the host's pause holds it
        asked_s = error.retry_after_s if isinstance(error, FetchError) else None
        return max(backoff_s(settings, state.attempt_number), asked_s or 0.0)

    return AsyncRetrying(
        retry=retry_if_exception(_is_retryable), stop=is_enough, wait=wait_s, reraise=True
    )


def backoff_s(settings: FetchSettings, failures: int) -> float:
    """The wait after so many failures: it doubles, and varies so that clients don't march."""
    return settings.backoff_s * 2.0 ** (failures - 1) * random.uniform(0.75, 1.25)


def _is_retryable(error: BaseException) -> bool:
    return isinstance(error, FetchError | PictureError) and error.is_transient


def _error_of(state: RetryCallState) -> ImageLostError | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, ImageLostError) else None
