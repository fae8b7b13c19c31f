"""docs/fetching.md tells the retry policy as it is."""

from __future__ import annotations

import re
from pathlib import Path

from archiver.fetch.retries import REASONS, policy_of

PAGE = (Path(__file__).parents[2] / "docs" / "fetching.md").read_text(encoding="utf-8")
TRIES = {1: "once", 2: "twice"}


def test_table_of_reasons() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (\w+) \| ([\w` -]+?) \|", PAGE, re.MULTILINE)
    expected = [
        (reason, policy.outcome.value, TRIES.get(policy.tries, "up to `tries`"))
        for reason, policy in REASONS.items()
    ]
    assert rows == expected


def test_sentence_of_statuses() -> None:
    sentence = PAGE[PAGE.index("`status-NNN` is") :].partition(". A status below")[0]
    told: dict[int, str] = {}
    for part, outcome in re.findall(
        r"([\d, a-z]+?)\s*(?:are )?`(\w+)`", sentence.replace("\n", " ")
    ):
        for first, last in re.findall(r"(\d{3})(?: to (\d{3}))?", part):
            told |= dict.fromkeys(range(int(first), int(last or first) + 1), outcome)
    asked_again = {s for s in range(400, 1000) if policy_of(f"status-{s}").tries > 1}
    assert {status for status, outcome in told.items() if outcome == "transient"} == asked_again
    assert told == {status: policy_of(f"status-{status}").outcome.value for status in told}
    assert len(told) > 25
