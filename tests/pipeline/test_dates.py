"""The date a document states."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.pipeline.dates import find_date

DAY, NO_DATE = "2019-05-01T00:00:00+00:00", "2001-09-09T01:46:40+00:00"
DATES = {
    "YAML, a day": (b"---\ndate: 2019-05-01\n---\n", DAY),
    "YAML, with zone": (b"---\ndate: 2019-05-01T10:00:00+08:00\n--\n", "2019-05-01T10:00:00+08:00"),
    "YAML, quoted": (b"---\npubDate: '2019-05-01 10:00'\n---\n", "2019-05-01T10:00:00+00:00"),
    "YAML, loose zone": (b"---\ndate: 2019-05-01 10:00 +0800\n---\n", "2019-05-01T10:00:00+08:00"),
    "YAML, Windows lines": (b"---\r\ndate: 2019-05-01\r\n---\r\n", DAY),
    "TOML": (b"+++\ndate = 2019-05-01T10:00:00Z\n+++\n", "2019-05-01T10:00:00+00:00"),
    "JSON": (b'{\n  "date": "2019-05-01",\n}\n', DAY),
    "RSS": (
        b"<item><pubDate>Wed, 01 May 2019 10:00:00 GMT</pubDate></item>",
        "2019-05-01T10:00:00+00:00",
    ),
    "Atom": (b"<published>2019-05-01T10:00:00Z</published>", "2019-05-01T10:00:00+00:00"),
    "Open Graph": (
        b'<meta property="article:published_time" content="2019-05-01T10:00:00Z">',
        "2019-05-01T10:00:00+00:00",
    ),
    "time": (b'<time class="x" datetime="2019-05-01">May</time>', DAY),
    "the first that is one": (b"date: today or so\ndate: 2019-05-01\n", DAY),
    "another word": (b"---\nupdate: 2019-05-01\n---\n", NO_DATE),
    "a comment behind it": (b"---\ndate: 2019-05-01 # or so\n---\n", DAY),
    "a year that says nothing": (b"date: 0001-01-01T00:00:00+08:00\n", NO_DATE),
    "none": (b"text", NO_DATE),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), DATES.values(), ids=DATES.keys())
def test_find_date(data: bytes, expected: str) -> None:
    assert find_date(data, 10**18) == datetime.fromisoformat(expected)


@given(st.binary(max_size=200))
def test_any_bytes_have_a_date(data: bytes) -> None:
    assert find_date(b"date: " + data, 0).astimezone(UTC)
