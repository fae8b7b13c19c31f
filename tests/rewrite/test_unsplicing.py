"""Undoing rewrites in documents that people edited since."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import DocumentRecord, Replacement, Span
from archiver.rewrite.splice import plan_splices, splice
from archiver.rewrite.unsplicing import invert_edited, undo_rewrites

A = b"archive/assets/aa/" + b"a" * 64 + b".png"
B = b"archive/assets/bb/" + b"b" * 64 + b".png"


def rewrite(document, *pairs):
    """The splices that replace each old by its new, in order of place; and the result."""
    replacements, start = [], 0
    for old, new in pairs:
        start = document.index(old, start)
        replacements.append(Replacement(Span(start, start + len(old)), new))
        start += len(old)
    return plan_splices(document, replacements), splice(document, replacements)


POST = b"""<base href="https://h/">
<p>One <img src="https://h/a.png?mark"> two <img src="https://h/b.png" integrity="x"></p>
<p>Three <img src="https://h/a.png"></p>
"""
PAIRS = [
    (b"https://h/", b""),
    (b"https://h/a.png?mark", A),
    (b"https://h/b.png", B),
    (b' integrity="x"', b""),
    (b"https://h/a.png", A),
]
EDITS = {
    "none": lambda d: d,
    "words before": lambda d: b"New title\n" + d,
    "words between": lambda d: d.replace(b"</p>\n<p>Three", b"</p>\n<p>2 1/2</p>\n<p>Three"),
    "words beside a link": lambda d: d.replace(b" two ", b" and then two "),
    "an attribute added": lambda d: d.replace(b"One <img ", b'One <img alt="" '),
    "a tag renamed": lambda d: d.replace(b"<p>Three <img", b"<h2>Three <image"),
    "words after": lambda d: d + b"<p>The end</p>",
    "windows line ends": lambda d: d.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edit_elsewhere_stays(edit):
    """The edit, made on the original, gives what restoring the edited document gives."""
    splices, new = rewrite(POST, *PAIRS)
    edited = edit(new)
    assert splice(edited, invert_edited(edited, splices)) == edit(POST)


def test_a_picture_taken_out_is_nothing_to_undo():
    document = b"x ![](https://h/a.png) y ![](https://h/b.png)"
    splices, new = rewrite(document, (b"https://h/a.png", A), (b"https://h/b.png", B))
    edited = new.replace(b"![](" + A + b") ", b"")
    assert splice(edited, invert_edited(edited, splices)) == b"x y ![](https://h/b.png)"


def test_a_picture_copied_gets_its_url_twice():
    splices, new = rewrite(b"![](https://h/a.png)", (b"https://h/a.png", A))
    edited = new + b"\n" + new
    assert (
        splice(edited, invert_edited(edited, splices))
        == b"![](https://h/a.png)\n![](https://h/a.png)"
    )


def test_a_link_inside_a_longer_one_of_a_person_stays():
    splices, new = rewrite(b"![](https://h/a.png)", (b"https://h/a.png", A))
    edited = new + b" [see](https://my.site/" + A + b")"
    restored = splice(edited, invert_edited(edited, splices))
    assert restored == b"![](https://h/a.png) [see](https://my.site/" + A + b")"


def test_an_inserted_attribute_that_holds_a_link_is_taken_out_whole():
    document = b'<img data-src="https://h/a.png">'
    plan = [Replacement(Span(4, 4), b' src="' + A + b'"'), Replacement(Span(15, 30), A)]
    splices, new = plan_splices(document, plan), splice(document, plan)
    edited = b"Title " + new
    assert splice(edited, invert_edited(edited, splices)) == b"Title " + document


def test_a_document_without_any_of_our_links_is_left_alone():
    splices, _ = rewrite(POST, *PAIRS)
    assert invert_edited(POST, splices) == []


def test_bytes_around_a_short_splice_that_were_edited_are_a_conflict():
    splices, new = rewrite(POST, *PAIRS)
    edited = new.replace(b'<base href="">', b"<base target=x href=''>").replace(b"<p>One", b"<b>1")
    with pytest.raises(ValueError, match="were edited"):
        invert_edited(edited, splices)


def test_two_originals_for_one_link_that_cannot_be_told_apart_are_a_conflict():
    document = b"(https://h/a.png?mark) (https://h/a.png)"
    splices, new = rewrite(document, (b"https://h/a.png?mark", A), (b"https://h/a.png", A))
    edited = b"[" + A + b"] [" + A + b"] [" + A + b"]"
    with pytest.raises(ValueError, match="two originals"):
        invert_edited(edited, splices)
    assert splice(b"- " + new, invert_edited(b"- " + new, splices)) == b"- " + document


def test_of_two_originals_for_one_link_the_words_around_it_tell():
    document = b"first (https://h/a.png?mark) and second (https://h/a.png)"
    splices, new = rewrite(document, (b"https://h/a.png?mark", A), (b"https://h/a.png", A))
    edited = new + b", once more: second (" + A + b")"
    restored = splice(edited, invert_edited(edited, splices))
    assert restored == document + b", once more: second (https://h/a.png)"


def test_a_removal_at_the_start_whose_surroundings_stand_there_twice_is_a_conflict():
    document = b" x <p>"
    splices, new = rewrite(document, (b" x ", b""))
    assert splice(new, invert_edited(new, splices)) == document
    with pytest.raises(ValueError, match="were edited"):
        invert_edited(new + new, splices)


def record(before, after, splices):
    return DocumentRecord(
        b"p", hashlib.sha256(before).hexdigest(), hashlib.sha256(after).hexdigest(), splices
    )


def test_several_rewrites_are_undone_together():
    first = b"![](https://h/a.png) text"
    splices_1, second = rewrite(first, (b"https://h/a.png", A))
    third = second + b" ![](https://h/b.png)"  # a person's
    splices_2, fourth = rewrite(third, (b"https://h/b.png", B))
    rewrites = [record(first, second, splices_1), record(third, fourth, splices_2)]
    undone = splice(fourth, undo_rewrites(fourth, rewrites))
    assert undone == first + b" ![](https://h/b.png)"


def test_pictures_of_several_rewrites_that_a_person_took_out_are_nothing_to_undo():
    first = b"![](https://h/a.png) text"
    splices_1, second = rewrite(first, (b"https://h/a.png", A))
    third = second + b" ![](https://h/b.png)"
    splices_2, fourth = rewrite(third, (b"https://h/b.png", B))
    rewrites = [record(first, second, splices_1), record(third, fourth, splices_2)]
    assert undo_rewrites(b"only text", rewrites) == []


def test_a_journal_that_lies_is_refused():
    splices, new = rewrite(b"![](https://h/a.png)", (b"https://h/a.png", A))
    lying = DocumentRecord(b"p", "0" * 64, hashlib.sha256(new).hexdigest(), splices)
    with pytest.raises(ValueError, match="do not give back"):
        undo_rewrites(new, [lying])


words = st.text("abc <>\"'\n", max_size=30).map(str.encode)


@given(st.lists(st.tuples(words, st.integers(0, 5)), min_size=1, max_size=6), words, st.data())
def test_text_put_in_anywhere_else_stays(parts, tail, data):
    """Whatever a person types between the links, it stays, and each link gets its URL back."""
    urls = [b"https://h/%d.png" % number for number in range(6)]
    digests = [hashlib.sha256(url).hexdigest().encode() for url in urls]
    links = [b"archive/assets/" + digest + b".png" for digest in digests]
    document = b"".join(text + b"(" + urls[number] + b")" for text, number in parts) + tail
    pairs = [(urls[number], links[number]) for _, number in parts]
    splices, new = rewrite(document, *pairs)
    within = (link.span() for link in re.finditer(rb"\([^()]*\)", new))
    taken = {place for start, end in within for place in range(start + 1, end)}
    place = data.draw(st.sampled_from(sorted({*range(len(new) + 1)} - taken)))
    edited = new[:place] + b" typed " + new[place:]
    expected = edited
    for url, link in zip(urls, links, strict=True):
        expected = expected.replace(link, url)
    assert splice(edited, invert_edited(edited, splices)) == expected
