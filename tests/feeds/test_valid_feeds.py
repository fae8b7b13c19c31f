"""A feed that has grown is as valid as the feeds it grew from."""

from __future__ import annotations

import pytest
from feed_schemas import violations
from made_feeds import KINDS, make
from test_growing import grow_all

WRONG = {
    "Atom without a date": ("Atom 1.0", b"<updated>2020-01-02T12:00:00Z</updated>", b""),
    "Atom with an id twice": ("Atom 1.0", b"2020:1<", b"2020:2<"),
    "Atom with an element nobody knows": ("Atom 1.0", b"</entry>", b"<x/></entry>"),
    "RSS with an element nobody knows": ("RSS 2.0", b"</item>", b"<x/></item>"),
    "RSS with an item twice": ("RSS 2.0", b"tag:1<", b"tag:2<"),
    "RSS with an enclosure without length": ("RSS 2.0", b'length="10"', b""),
    "RSS 1.0 with a list without an item": (
        "RSS 1.0", b'<rdf:li rdf:resource="https://site.example/1"/>', b"",
    ),
    "JSON with a relative picture": ("JSON Feed 1.1", b"https://img.example.com/enc", b"/enc"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "new"), WRONG.values(), ids=WRONG.keys())
def test_the_checkers_find_what_is_wrong(kind: str, old: bytes, new: bytes) -> None:
    data = make(kind, [2, 1])
    assert violations(kind, data) == [] and old in data
    assert violations(kind, data.replace(old, new)) != []


@pytest.mark.parametrize("kind", KINDS)
def test_a_grown_feed_is_valid(kind: str) -> None:
    windows = [range(n + 3, n, -1) for n in range(0, 10, 2)]
    saved = grow_all([make(kind, window) for window in windows])
    assert violations(kind, saved) == []
