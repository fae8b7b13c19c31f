"""Patterns mean the same in every Python, whether their groups are possessive or atomic."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.syntax.patterns import compile_pattern, make_atomic

# pattern, text → where it ends; in each the last round of a group fails half-way
HALF_WAY = {
    "a comment": (r"<!--(?:[^-]++|-(?!->))*+(?:-->|\Z)", "<!-- a - b -->c", 14),
    "a quote never closed": (r'(?:[^<>"]++|"[^"]*+")*+', 'a "b" c"d', 7),
    "an escape at the end": (r'"(?:[^"\\]|\\.)*+', '"a\\', 2),
    "two quotes of three": (r"'''(?:[^']|'{1,2}+(?!'))*+'''", "'''a''b''' '", 10),
    "one in another": (r"(?:a(?:b(?!c)|d)++|e)*+abc", "abadabc", 7),
}
ATOMIC = {
    "nothing to do": (r"(?:a|b)*[)*+](?P<c>d)+\)++", r"(?:a|b)*[)*+](?P<c>d)+\)++"),
    "a count": (r"(?:a){1,2}+b", "(?>(?:a){1,2})b"),
    "a capture": (r"(a(?:b)?+)*+", "(?>(a(?>(?:b)?))*)"),
    "classes": (r"(?:[^])]|[]*+(]|[\])*+(])*+", r"(?>(?:[^])]|[]*+(]|[\])*+(])*)"),
}


@pytest.mark.parametrize(("pattern", "text", "end"), HALF_WAY.values(), ids=HALF_WAY.keys())
def test_a_round_that_fails_half_way_takes_nothing(pattern: str, text: str, end: int) -> None:
    for found in (
        compile_pattern(pattern).match(text),
        compile_pattern(pattern.encode()).match(text.encode()),
        re.match(make_atomic(pattern), text),
    ):
        assert found is not None and found.end() == end


@pytest.mark.parametrize(("pattern", "atomic"), ATOMIC.values(), ids=ATOMIC.keys())
def test_make_atomic(pattern: str, atomic: str) -> None:
    assert make_atomic(pattern) == atomic
    re.compile(atomic)


@given(st.sampled_from([*HALF_WAY]), st.text("<!-> '\"abcde\\", max_size=30))
def test_the_same_of_anything(name: str, text: str) -> None:
    pattern = HALF_WAY[name][0]
    atomic = re.compile(make_atomic(pattern)).finditer(text)
    assert [m.span() for m in compile_pattern(pattern).finditer(text)] == [m.span() for m in atomic]
