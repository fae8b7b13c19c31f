"""Characters are counted by bytes, also far into a long text and back again."""

from __future__ import annotations

import pytest

from archiver.syntax.utf8 import character_counter

TEXTS = {
    "ASCII": "a" * 9000,
    "its last character is long": "a" * 9000 + "é",
    "characters across every checkpoint": "图" * 5000,
    "all lengths": "aé图🎉" * 2000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_characters_before_a_byte(text: str) -> None:
    count = character_counter(text)
    numbers = [0, 1, len(text) // 2, len(text) - 1, len(text)]
    for number in [*reversed(numbers), *numbers]:
        assert count(len(text[:number].encode())) == number
