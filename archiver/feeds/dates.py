"""What a feed's dates mean: feeds write them in every way, and wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import partial
from time import struct_time

AHEAD = timedelta(days=2)  # clocks and time zones are wrong by less; what is later is no date
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)  # the day before is what programs write for "unknown"
_NUMBERS = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})日?"
    r"(?:[T\s,]*(?P<hour>\d{1,2})[:：时](?P<minute>\d{2})(?:[:：分](?P<second>\d{2}))?[\d.秒]*)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)


def date_of(parsed: struct_time | None, text: str) -> datetime | None:
    """The moment that a feed means, in UTC; None: it says none that can be true.

    Args:
        parsed: what the parser made of *text*, in UTC; None: nothing.

    >>> date_of(None, "2022年5月11日 10:16")
    datetime.datetime(2022, 5, 11, 10, 16, tzinfo=datetime.timezone.utc)
    >>> date_of(None, "0001-01-01T00:00:00Z") is None
    True
    """
    # The parser takes 2022/05/11 for a day in November, and the 31st of February for one in March.
    numbers = _NUMBERS.search(text)
    others = [partial(_of_mail, text), partial(_of_struct, parsed)]
    for read in [partial(_of_numbers, numbers)] if numbers else others:
        try:
            found = read()
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
        if found is not None and _EARLIEST <= found <= datetime.now(UTC) + AHEAD:
            return found
    return None


def _of_struct(parsed: struct_time | None) -> datetime | None:
    return None if parsed is None else datetime(*parsed[:6], tzinfo=UTC)


def _of_mail(text: str) -> datetime | None:
    """RFC 2822; without a time zone it is UTC."""
    found = parsedate_to_datetime(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _of_numbers(match: re.Match[str]) -> datetime | None:
    """Year, month and day in this order, whatever stands between them."""
    year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    zone = _zone(match["zone"])
    return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
