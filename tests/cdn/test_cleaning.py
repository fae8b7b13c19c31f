"""How far cleaning goes, and how what several rules found is told."""

from __future__ import annotations

import pytest

from archiver.cdn.cleaning import MAX_DEPTH, Found
from archiver.cdn.rule import Rule
from archiver.model import Candidate, Kind
from archiver.planning import PlanningSettings, has_watermark, plan_candidates

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


def test_what_an_attribute_names_says_which_rule_and_how_sure_it_is() -> None:
    token = "v2-85e1c4b9168487f87502a2161ff07cdc"
    best = plan_candidates("https://pic1.zhimg.com/a.jpg", {"data-original-token": token})[0]
    expected = f"https://pica.zhimg.com/{token}.jpg"
    assert best == Candidate(expected, Kind.CLEAN, "zhihu-token", "medium")


@pytest.mark.parametrize("url", ["data:image/gif;base64,R0lGOD", "https://[bad/a.jpg"])
def test_beside_what_is_no_address_nothing_is_looked_for(url: str) -> None:
    token = {"data-original-token": "v2-85e1c4b9168487f87502a2161ff07cdc"}
    assert [candidate.url for candidate in plan_candidates(url, token)] == [url]


GROWING = Rule("growing", "rewrite", match="^/a", clean="/aa")
CIRCLING = (
    Rule("there", "rewrite", match="^/a/", clean="/b/"),
    Rule("back", "rewrite", match="^/b/", clean="/a/"),
)


@pytest.mark.parametrize("rules", [(GROWING,), CIRCLING], ids=["growing", "circling"])
def test_what_does_not_settle_is_left_as_given(rules: tuple[Rule, ...]) -> None:
    plan = plan_candidates("https://h.example/a/1.jpg", settings=PlanningSettings(rules=rules))
    assert [candidate.url for candidate in plan] == ["https://h.example/a/1.jpg"]


JOINS = {
    "nothing before": (Found("a"), Found("b", "x", "low"), Found("b", "x", "low")),
    "nothing new": (Found("a", "x", "low"), Found("a"), Found("a", "x", "low")),
    "two rules": (Found("a", "x", "high"), Found("b", "y", "medium"), Found("b", "x+y", "medium")),
    "the least sure": (Found("a", "x", "low"), Found("b", "y", "medium"), Found("b", "x+y", "low")),
    "a rule again": (Found("a", "x+y"), Found("b", "y+x+z"), Found("b", "x+y+z")),
}


@pytest.mark.parametrize(("first", "later", "expected"), JOINS.values(), ids=JOINS.keys())
def test_what_two_steps_found_is_told_together(first: Found, later: Found, expected: Found) -> None:
    assert first.join(later) == expected
    assert first.then(later.url, Rule(later.rule, "chain", confidence=later.confidence)) == expected
