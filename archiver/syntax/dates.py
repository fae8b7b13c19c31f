"""Dates as posts, pages and feeds write them: ISO 8601, RFC 5322, and what comes near."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_YEAR = 1990  # of the Web; 0001-01-01 is what some generators write for "no date"
_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?\Z")  # W3CDTF: a year, or a month
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def read_date(text: str) -> datetime | None:
    """The time that *text* names, in UTC; None: it names none of the Web's.

    >>> read_date("Tue, 10 Jun 2003 04:00:00 GMT").isoformat()
    '2003-06-10T04:00:00+00:00'
    >>> read_date("2019-05-01 10:00 +0800 # a comment").isoformat(), read_date("0001-01-01")
    ('2019-05-01T00:00:00+00:00', None)
    """
    text = text.strip()
    for read in (datetime.fromisoformat, parsedate_to_datetime, _read_month):
        try:
            found = read(text)
            found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return found if found.year >= FIRST_YEAR else None
    day = _DAY.match(text)
    return read_date(day[0]) if day and day[0] != text else None


def _read_month(text: str) -> datetime:
    match = _MONTH.match(text)
    if match is None:
        raise ValueError(text)
    return datetime(int(match[1]), int(match[2] or 1), 1, tzinfo=UTC)
