"""Which replacements a reading and its links come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import (
    LINK_ADDED,
    SRCSET_ADDED,
    Adjustment,
    Reading,
    Reference,
    Replacement,
    Span,
)
from archiver.rewrite.edits import plan_edits
from archiver.rewrite.links import RewriteSettings
from archiver.rewrite.splice import plan_splices

L = b"1.png"


def reading(references, adjustments=()):
    found = tuple(Reference(Span(a, b), b"u" * (b - a), "u", "img src") for a, b in references)
    return Reading("html", "utf-8", found, tuple(adjustments))


def edits(*rows):
    return tuple(Replacement(Span(start, end), new) for start, end, new in rows)


CASES = {
    "no link": (reading([(1, 2)]), [None], ()),
    "one of two": (reading([(1, 2), (5, 6)]), [None, L], edits((5, 6, L))),
    "the same bytes": (reading([(1, 2)]), [b"u"], ()),
    "an adjustment around a link": (
        reading([(5, 6)], [Adjustment(Span(2, 2), b' src="', b'"', link=0, reason="lazy")]),
        [L],
        edits((2, 2, b' src="1.png"'), (5, 6, L)),
    ),
    "its link is not had": (
        reading([(5, 6), (8, 9)], [Adjustment(Span(2, 2), b"x", link=0)]),
        [None, L],
        edits((8, 9, L)),
    ),
    "one of its needs is not had": (
        reading([(5, 6), (8, 9)], [Adjustment(Span(2, 3), b"", needs=(0, 1))]),
        [None, L],
        edits((8, 9, L)),
    ),
    "all its needs are had": (
        reading([(5, 6), (8, 9)], [Adjustment(Span(2, 3), b"", needs=(0, 1))]),
        [L, L],
        edits((2, 3, b""), (5, 6, L), (8, 9, L)),
    ),
    "without needs any link will do": (
        reading([(5, 6), (8, 9)], [Adjustment(Span(2, 3), b"", reason="csp")]),
        [None, L],
        edits((2, 3, b""), (8, 9, L)),
    ),
    "without any link nothing": (
        reading([(5, 6)], [Adjustment(Span(2, 3), b"", reason="csp")]),
        [None],
        (),
    ),
    "it wins over the reference it covers": (
        reading([(2, 4), (8, 9)], [Adjustment(Span(2, 4), b"", link=1, reason="lazy")]),
        [b"small.png", L],
        edits((2, 4, L), (8, 9, L)),
    ),
    "the first of two that overlap wins": (
        reading([(8, 9)], [Adjustment(Span(2, 4), b"A"), Adjustment(Span(3, 5), b"B")]),
        [L],
        edits((2, 4, b"A"), (8, 9, L)),
    ),
    "two insertions at one place keep their order": (
        reading([(8, 9)], [Adjustment(Span(2, 2), b"A"), Adjustment(Span(2, 2), b"B")]),
        [L],
        edits((2, 2, b"A"), (2, 2, b"B"), (8, 9, L)),
    ),
    "a base does not matter to absolute links": (
        reading([(8, 9)], [Adjustment(Span(2, 4), b"", reason="base")]),
        [b"https://cdn.example/a/1.png"],
        edits((8, 9, b"https://cdn.example/a/1.png")),
    ),
    "a base matters to others": (
        reading([(8, 9)], [Adjustment(Span(2, 4), b"", reason="base")]),
        [b"/a/1.png"],
        edits((2, 4, b""), (8, 9, b"/a/1.png")),
    ),
}


@pytest.mark.parametrize(("found", "links", "expected"), CASES.values(), ids=CASES.keys())
def test_plan_edits(found, links, expected):
    assert plan_edits(found, links) == expected


FAR_SMALLER = {
    "a blurred copy": ((32, 1200), True),
    "the largest that counts": ((64, 256), True),
    "a thumbnail": ((75, 1200), False),
    "not much larger": ((64, 255), False),
    "its width is not known": ((0, 1200), False),
    "the other's width is not known": ((32, 0), False),
    "nothing is known": ((), False),
}


@pytest.mark.parametrize(("widths", "is_replaced"), FAR_SMALLER.values(), ids=FAR_SMALLER.keys())
def test_a_small_copy_gives_way_to_the_real_image(widths, is_replaced):
    change = Adjustment(Span(2, 4), b"", link=1, needs=(0, 1), reason="lazy", over=0)
    found = reading([(2, 4), (8, 9)], [change])
    assert plan_edits(found, [b"small.png", L], widths=widths) == edits(
        (2, 4, L if is_replaced else b"small.png"), (8, 9, L)
    )


OPENING = Adjustment(Span(2, 2), b"<a href=", b">", link=0, needs=(0,), reason=LINK_ADDED)
CLOSING = Adjustment(Span(7, 7), b"</a>", needs=(0,), reason=LINK_ADDED)
# links, what is offered, edits
OFFERED = {
    "nothing": ([L, L], {}, edits((5, 6, L), (8, 9, L))),
    "something else": ([L, L], {SRCSET_ADDED: [b"s 1x", None]}, edits((5, 6, L), (8, 9, L))),
    "for this one": (
        [L, L],
        {LINK_ADDED: [b"full", None]},
        edits((2, 2, b"<a href=full>"), (5, 6, L), (7, 7, b"</a>"), (8, 9, L)),
    ),
    "for the other one": ([L, L], {LINK_ADDED: [None, b"full"]}, edits((5, 6, L), (8, 9, L))),
    "for one that is not had": ([None, L], {LINK_ADDED: [b"full", None]}, edits((8, 9, L))),
}


@pytest.mark.parametrize(("links", "added", "expected"), OFFERED.values(), ids=OFFERED.keys())
def test_places_that_are_only_offered(links, added, expected):
    assert plan_edits(reading([(5, 6), (8, 9)], [OPENING, CLOSING]), links, added=added) == expected


UNLESS = {
    "had": ([L, L], edits((5, 6, L), (8, 9, L))),
    "not had": ([None, L], edits((5, 6, b"U"), (8, 9, L))),
}


@pytest.mark.parametrize(("links", "expected"), UNLESS.values(), ids=UNLESS.keys())
def test_what_stands_where_a_picture_is_not_had(links, expected):
    made_absolute = Adjustment(Span(5, 6), b"U", unless=0, reason="base")
    assert plan_edits(reading([(5, 6), (8, 9)], [made_absolute]), links) == expected


OFF = {"lazy": "keep", "base": False, "csp": False}


@pytest.mark.parametrize(("reason", "value"), OFF.items(), ids=OFF.keys())
def test_adjustments_can_be_turned_off(reason, value):
    found = reading([(8, 9)], [Adjustment(Span(2, 4), b"", reason=reason)])
    settings = RewriteSettings(**{reason: value})
    assert plan_edits(found, [L], settings) == edits((8, 9, L))


def test_a_link_for_each_reference():
    with pytest.raises(ValueError, match="2 links for 1 references"):
        plan_edits(reading([(1, 2)]), [L, L])


spans = st.tuples(st.integers(0, 40), st.integers(0, 5)).map(lambda t: Span(t[0], t[0] + t[1]))


@given(st.sets(st.integers(0, 40)), st.lists(st.builds(Adjustment, spans, st.binary(max_size=3))))
def test_the_edits_can_always_be_spliced(starts, adjustments):
    found = reading([(start, start + 1) for start in sorted(starts)], adjustments)
    plan_splices(bytes(50), plan_edits(found, [L] * len(starts)))
