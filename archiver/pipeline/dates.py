"""The date a document gives itself, by which captures of its pictures are chosen."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from archiver.syntax.dates import read_date

_HEAD_BYTES = 16_384  # front matter, a page's head, a feed's first entry
# Front matter in YAML, TOML and JSON; a page's metadata; a feed's elements.
_DATES = re.compile(
    rb"""
    ^[ \t]*+["']?(?:date|pub_?date|publish_?date|published|published_?at|created|created_?at)["']?
        [ \t]*+[:=][ \t]*+["']?([^"'\r\n,]{8,40})
    | (?:article:published_time|datePublished|dc\.date)["'][^<>]{0,40}?content=["']([^"']{8,40})
    | <(?:pubDate|published|dc:date)>\s*+([^<]{8,40})
    | <time[^<>]{0,80}?\sdatetime=["']([^"']{8,40})
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)


def find_date(data: bytes, mtime_ns: int) -> datetime:
    """The date that the document *data* states, else that of its file.

    >>> find_date(b"---\\ntitle: x\\ndate: 2019-05-01 10:00:00\\n---\\n", 0).isoformat()
    '2019-05-01T10:00:00+00:00'
    >>> find_date(b"no date", 86400 * 10**9).isoformat()
    '1970-01-02T00:00:00+00:00'
    """
    for match in _DATES.finditer(data[:_HEAD_BYTES]):
        text = next(group for group in match.groups() if group is not None)
        found = read_date(text.decode("utf-8", "replace"))
        if found is not None:
            return found
    return datetime.fromtimestamp(mtime_ns / 1e9, UTC)
