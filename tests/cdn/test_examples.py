"""Each rule's own examples, by that rule alone and by the whole table."""

from __future__ import annotations

import pytest

from archiver.cdn.rule import Example, Rule
from archiver.cdn.table import load_own
from archiver.model import Kind
from archiver.planning import PlanningSettings, has_watermark, plan_candidates

RULES, SIGNATURES = load_own()
EXAMPLES = {f"{rule.name} {i}": (rule, e) for rule in RULES for i, e in enumerate(rule.examples)}
CLEANED = {name: (rule, e) for name, (rule, e) in EXAMPLES.items() if e.clean and not e.attributes}
ORIGINAL = PlanningSettings(quality="original")


@pytest.mark.parametrize(("rule", "example"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_the_clean_url_is_asked_for_first(rule: Rule, example: Example) -> None:
    best = plan_candidates(example.url, dict(example.attributes))[0]
    if example.clean is None:
        assert best.url == (example.original if rule.source_first else example.url)
    else:
        assert (best.url, best.kind, best.rule) == (example.clean, Kind.CLEAN, rule.name)


@pytest.mark.parametrize(("rule", "example"), CLEANED.values(), ids=CLEANED.keys())
def test_cleaning_twice_equals_once(rule: Rule, example: Example) -> None:
    assert has_watermark(example.url)
    assert example.clean is not None and not has_watermark(example.clean)
    assert plan_candidates(example.clean)[0].url == example.clean


@pytest.mark.parametrize(
    ("rule", "example"),
    [pair for pair in EXAMPLES.values() if pair[1].original],
    ids=[name for name, (_, example) in EXAMPLES.items() if example.original],
)
def test_the_original_is_asked_for_first(rule: Rule, example: Example) -> None:
    best = plan_candidates(example.url, dict(example.attributes), ORIGINAL)[0]
    assert best.url == example.original
    assert best.kind in (Kind.ORIGINAL, Kind.NESTED_SOURCE, Kind.AS_GIVEN)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_says_who_says_so_and_shows_it(rule: Rule) -> None:
    assert rule.source
    assert any(example.clean or example.original for example in rule.examples)


def test_every_signature_says_who_says_so() -> None:
    assert all(signature.source for signature in SIGNATURES.signatures)
