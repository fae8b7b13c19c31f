"""Whatever the windows a feed is seen through, the saved one is their union, in order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from made_feeds import KINDS, make
from samples import examples
from test_growing import grow_all, grown, numbers_of

ENCODINGS = ["utf-8", "utf-16", "windows-1252", "gb18030"]
KIND = st.sampled_from(sorted(KINDS))
WINDOWS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 6), st.sampled_from(ENCODINGS)),
    min_size=1,
    max_size=6,
)


def feeds_of(kind: str, steps: list[tuple[int, int, str]], **more: object) -> list[bytes]:
    """Windows that move on by a step each, of some size; nothing is skipped."""
    newest, feeds = 0, []
    for step, size, encoding in steps:
        newest += step
        window = range(newest, newest - step - size, -1)
        feeds.append(make(kind, window, encoding, **more))
    return feeds


@settings(max_examples=examples(60), deadline=None)
@given(KIND, WINDOWS, st.booleans())
def test_the_union_in_order(kind: str, steps: list[tuple[int, int, str]], dated: bool) -> None:
    saved = grow_all(feeds_of(kind, steps, dated=dated))
    seen = {n for feed in feeds_of(kind, steps, dated=dated) for n in numbers_of(feed)}
    assert numbers_of(saved) == sorted(seen, reverse=True)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.sampled_from(["RSS 1.0", "RSS 2.0", "Atom 1.0", "JSON Feed 1.1"]),
    st.lists(st.lists(st.integers(1, 12), unique=True, max_size=6), min_size=1, max_size=5),
)
def test_dates_say_the_order_whatever_that_of_the_source(
    kind: str, windows: list[list[int]]
) -> None:
    feeds = [make(kind, window) for window in windows]
    saved = grow_all(feeds)
    union = {number for window in windows for number in window}
    found = numbers_of(saved)
    assert sorted(found) == sorted(union)
    if len(union) > len(windows[-1]):
        assert found == sorted(union, reverse=True)
    else:
        assert saved == feeds[-1], "as it came"
    assert grown(feeds[-1], saved).data == saved, "the same once more changes nothing"
