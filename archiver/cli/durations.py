"""Spans of time as a person writes them."""

from __future__ import annotations

import re
from datetime import timedelta

from archiver.errors import UsageError
from archiver.settings import read_duration_s

_DURATION = re.compile(r"[0-9]{1,6}[smhdw]|0")


def parse_duration(text: str, option: str) -> timedelta:
    """The span that *text* names, a hundred years at most.

    Raises:
        UsageError: it names none; the message says what *option* accepts.

    >>> parse_duration("30d", "--grace"), parse_duration("0", "--grace")
    (datetime.timedelta(days=30), datetime.timedelta(0))
    """
    if not _DURATION.fullmatch(text):
        raise UsageError(f"{option} {text}: expected a number with s, m, h, d or w (30d), or 0")
    return timedelta(seconds=read_duration_s(text))
