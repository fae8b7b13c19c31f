"""splice, its plan and its inverse."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Replacement, Span, Splice
from archiver.rewrite.splice import plan_splices, splice, unsplice

SPLICES = {
    "nothing": (b"abc", [], b"abc"),
    "one URL": (b'<img src="u">', [(10, 11, b"1.png")], b'<img src="1.png">'),
    "out of order": (b"abcd", [(3, 4, b"D"), (0, 1, b"A")], b"AbcD"),
    "side by side": (b"abcd", [(1, 2, b"B"), (2, 3, b"C")], b"aBCd"),
    "an insertion": (b"ab", [(1, 1, b"-")], b"a-b"),
    "insertions at both ends": (b"ab", [(2, 2, b">"), (0, 0, b"<")], b"<ab>"),
    "two insertions at one place keep their order": (b"ab", [(1, 1, b"1"), (1, 1, b"2")], b"a12b"),
    "an insertion before a replacement": (b"ab", [(0, 1, b"A"), (0, 0, b"-")], b"-Ab"),
    "an insertion behind a replacement": (b"ab", [(1, 1, b"-"), (0, 1, b"A")], b"A-b"),
    "a deletion": (b"abc", [(1, 2, b"")], b"ac"),
    "all of it": (b"abc", [(0, 3, b"")], b""),
    "an empty document": (b"", [(0, 0, b"x")], b"x"),
    "bytes that are no text": (b"\xff\xfe\0a", [(3, 4, b"\x80")], b"\xff\xfe\0\x80"),
}


def replacements(rows):
    return [Replacement(Span(start, end), new) for start, end, new in rows]


@pytest.mark.parametrize(("document", "rows", "expected"), SPLICES.values(), ids=SPLICES.keys())
def test_splice(document, rows, expected):
    assert splice(document, replacements(rows)) == expected
    assert unsplice(expected, plan_splices(document, replacements(rows))) == document


REFUSED = {
    "overlap": (b"abcd", [(0, 2, b""), (1, 3, b"")]),
    "the same span twice": (b"abcd", [(0, 2, b"x"), (0, 2, b"x")]),
    "an insertion inside a span": (b"abcd", [(0, 2, b"x"), (1, 1, b"y")]),
    "behind the end": (b"abcd", [(3, 5, b"x")]),
    "an insertion behind the end": (b"abcd", [(5, 5, b"x")]),
    "before the start": (b"abcd", [(-1, 1, b"x")]),
    "backwards": (b"abcd", [(2, 1, b"x")]),
}


@pytest.mark.parametrize(("document", "rows"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("function", [splice, plan_splices])
def test_refused(function, document, rows):
    with pytest.raises(ValueError, match="replacement at"):
        function(document, replacements(rows))


def test_a_replacement_by_the_same_bytes_is_not_planned():
    assert not plan_splices(b"abc", replacements([(1, 2, b"b")]))


def test_the_context_is_that_of_the_new_document():
    rows = [(1, 2, b"AA"), (4, 5, b"BBB"), (7, 8, b"")]
    planned = plan_splices(b"<a><b><c>", replacements(rows))
    first, second, third = planned
    assert len(planned) == 3 and second in planned and replace(second, start=0) not in planned
    assert (first.before, first.after) == (b"<", b"><BBB><>")
    assert (second.before, second.after) == (b"<AA><", b"><>")
    assert (third.before, third.after) == (b"<AA><BBB><", b">")


ELSEWHERE = {
    "one byte more before": b"-xNEWy",
    "the new bytes edited": b"xNEVy",
    "cut short": b"xNE",
    "empty": b"",
}


@pytest.mark.parametrize("document", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_unsplice_refuses_other_bytes(document):
    with pytest.raises(ValueError, match="not those of the splice"):
        unsplice(document, [Splice(1, b"old", b"NEW")])


@st.composite
def documents_with_replacements(draw):
    """A document over few letters (so that new bytes repeat) and replacements that lie apart."""
    document = draw(st.binary(max_size=60).map(lambda b: bytes(c % 4 + 97 for c in b)))
    cuts = sorted(draw(st.lists(st.integers(0, len(document)), max_size=12)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    new = st.binary(max_size=8).map(lambda b: bytes(c % 4 + 97 for c in b))
    rows = [(start, end, draw(new)) for start, end in pairs]
    return document, draw(st.permutations(rows))


@given(documents_with_replacements())
def test_unsplice_undoes_splice(case):
    document, rows = case
    if len({(a, b) for a, b, _ in rows}) < len(rows):  # the order of equal insertions is their own
        rows = sorted(rows)
    plan = plan_splices(document, replacements(rows))
    assert unsplice(splice(document, replacements(rows)), plan) == document


@given(documents_with_replacements())
def test_splice_does_what_a_copy_from_the_back_does(case):
    document, rows = case
    expected = document
    spans = [(a, b) for a, b, _ in rows]
    if len(set(spans)) < len(spans):
        return
    for start, end, new in sorted(rows, reverse=True):
        expected = expected[:start] + new + expected[end:]
    assert splice(document, replacements(rows)) == expected
