"""Places in a file, in any order, as counting from its start tells them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archiver.syntax.lines import Lines


@given(st.text("a\n", max_size=40).map(str.encode), st.data())
def test_places_in_any_order(data, draw):
    lines = Lines(data)
    for offset in draw.draw(st.lists(st.integers(0, len(data)))):
        before = data[:offset].split(b"\n")
        assert lines.find(offset) == (len(before), len(before[-1]) + 1)
