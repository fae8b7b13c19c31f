"""Spans of time as a person writes them."""

from __future__ import annotations

import re
from datetime import timedelta

from archiver.errors import UsageError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,6})([smhdw])|0")


def parse_duration(text: str, option: str) -> timedelta:
    """The span that *text* names.

    Raises:
        UsageError: it names none; the message says what *option* accepts.

    >>> parse_duration("30d", "--grace"), parse_duration("0", "--grace")
    (datetime.timedelta(days=30), datetime.timedelta(0))
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise UsageError(f"{option} {text}: expected a number with s, m, h, d or w (30d), or 0")
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match[2] else timedelta(0)
