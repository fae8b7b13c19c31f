"""How far cleaning goes: proxies inside proxies."""

from __future__ import annotations

import pytest

from archiver.cdn.cleaning import MAX_DEPTH
from archiver.planning import has_watermark, plan_candidates

PICTURE = "https://i.example.com/1.jpg"
MARKED = f"{PICTURE}?x-oss-process=image/watermark,text_MQ"
PROXY = "https://cors.example/?"


@pytest.mark.parametrize("count", range(MAX_DEPTH + 1))
def test_a_picture_inside_proxies_is_cleaned(count: int) -> None:
    assert has_watermark(PROXY * count + MARKED)
    assert plan_candidates(PROXY * count + MARKED)[0].url == PROXY * count + PICTURE


def test_what_lies_deeper_is_left() -> None:
    url = PROXY * (MAX_DEPTH + 1) + MARKED
    assert not has_watermark(url)
    assert plan_candidates(url)[0].url == url
