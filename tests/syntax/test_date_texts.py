"""Dates as people and programs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.syntax.dates import read_date

TEXTS = {
    "ISO 8601": ("2019-05-01T10:00:00+08:00", "2019-05-01T02:00:00+00:00"),
    "a day": (" 2019-05-01 ", "2019-05-01T00:00:00+00:00"),
    "mail": ("Wed, 01 May 2019 10:00:00 +0800", "2019-05-01T02:00:00+00:00"),
    "mail, a zone by name": ("Wed, 01 May 2019 10:00:00 EST", "2019-05-01T15:00:00+00:00"),
    "a month": ("2019-05", "2019-05-01T00:00:00+00:00"),
    "a year": ("2019", "2019-01-01T00:00:00+00:00"),
    "a day with words behind it": ("2019-05-01, or so", "2019-05-01T00:00:00+00:00"),
    "no such month": ("2019-13", None),
    "no such day": ("2019-02-30", None),
    "before the Web": ("1989-12-31", None),
    "no date of some generators": ("0001-01-01T00:00:00Z", None),
    "a time beyond what can be told": ("9999-12-31T23:59:59-23:59", "9999-12-31T00:00:00+00:00"),
    "words": ("soon", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS.keys())
def test_read_date(text, expected):
    found = read_date(text)
    assert (found and found.isoformat()) == expected


@given(st.text("0123456789-:T Z+/.,JanMo", max_size=30))
def test_any_text_has_an_answer(text):
    read_date(text)
