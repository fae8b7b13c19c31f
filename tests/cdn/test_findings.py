"""What every grammar says of any URL, asked directly, whether or not the URL is of its service."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.cdn.address import parse_address
from archiver.cdn.grammars import GRAMMARS
from archiver.cdn.rule import Rule
from archiver.cdn.table import load_own

RULES, _ = load_own()
ROWS = (Path(__file__).parents[1] / "cases" / "watermark-urls.tsv").read_text("utf-8").splitlines()
URLS = [
    *(example.url for rule in RULES for example in rule.examples),
    *(example.clean or "" for rule in RULES for example in rule.examples),
    *(row.split("\t")[0] for row in ROWS[1:]),
]
ADDRESSES = [address for url in dict.fromkeys(URLS) if (address := parse_address(url))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_findings_say_only_what_differs(rule: Rule) -> None:
    for address in ADDRESSES:
        finding = GRAMMARS[rule.grammar](address, rule)
        if finding is not None:
            assert finding.clean != address, "nothing is cut: clean is None"
            assert finding.is_marked or finding.clean is None, "what is cut was a mark"
            assert finding.source != address.url
            before, carrier, after = finding.embedded
            assert not carrier or before + carrier + after == address.url
