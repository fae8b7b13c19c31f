"""Where Markdown's images, HTML and code stand; oracle: pyromark's own HTML."""

import pyromark
import pytest
import turbohtml
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from archiver.syntax.destinations import find_after_label
from archiver.syntax.escapes import MARKDOWN_DESTINATION, TABLE_CELL
from archiver.syntax.markdown import OPTIONS, _Walk, scan_markdown
from archiver.syntax.masking import MARKER, cut_out, mask_text
from archiver.syntax.utf8 import character_counter


def raw_destinations(text):
    return [
        image.destination.place and text[slice(*image.destination.place)]
        for image in scan_markdown(text).images
    ]


DESTINATIONS = {
    "plain": ("![a](b.png)", ["b.png"]),
    "title": ("![a](b.png 'c](d)')", ["b.png"]),
    "glued title is part of it": ('![a](b.png"c")', ['b.png"c"']),
    "blanks and a line end": ("![a](  b.png\n  'c' )", ["b.png"]),
    "on the next line": ("![a](\nb.png)", ["b.png"]),
    "in a quote, on the next line": ("> ![a](\n> b.png)", ["b.png"]),
    "in nested quotes": ("> > ![a](\r\n> > b.png)", ["b.png"]),
    "in a list": ("- ![a](\n  b.png)", ["b.png"]),
    "parentheses": ("![a](b_(1).png) ![c](d\\).png)", ["b_(1).png", "d\\).png"]),
    "angle brackets": ("![a](<b (c.png>)", ["b (c.png"]),
    "angle brackets, escaped": ("![a](<b\\>c>)", ["b\\>c"]),
    "code in the text": ("![`](x)`](b)", ["b"]),
    "brackets in the text": ("![a [b](c) \\](d)](e)", ["e"]),
    "html in the text": ("![<a href='](x)'>](b)", ["b"]),
    "image in the text": ("![a ![b](c.png) d](e.png)", ["e.png"]),
    "empty text": ("![](b)", ["b"]),
    "empty": ("![a]()", [None]),
    "wide characters": ("é😀![é](é😀.png)é![a](b)", ["é😀.png", "b"]),
    "crlf": ("a\r\n\r\n![a](b)\r\n", ["b"]),
    "a lone surrogate": ("\ud800![a](b)", ["b"]),
    "bom": ("\ufeff![a](b)", ["b"]),
    "in a table": ("|a|\n|-|\n|![b](c\\|d)|", ["c\\|d"]),
    "in a footnote": ("a[^1]\n\n[^1]: ![b](c)", ["c"]),
    "in emphasis and headings": ("# **![a](b)** ~~![c](d)~~", ["b", "d"]),
    "kramdown's attributes after it": ("![a](b){: width='9'}\n{: .c}", ["b"]),
    "obsidian's size": ("![a|100x50](b)", ["b"]),
    "full reference": ("![a][b]\n\n[b]: c 'd'", ["c"]),
    "collapsed and shortcut": ("![b][] ![B]\n\n[b]: <c d>", ["c d", "c d"]),
    "definition over lines": ("![b]\n\n[b]:\n   c\n   'd'", ["c"]),
    "definition in a quote": ("![b]\n\n> [b]:\n> c", ["c"]),
    "definition with a bracket in its label": ("![a][b\\]: x]\n\n[b\\]: x]: c", ["c"]),
    "the first definition counts": ("![b]\n\n[b]: c\n[B]: d", ["c"]),
    "not defined": ("![b] ![a][b]", []),
    "a link": ("[a](b)", []),
    "code": ("`![a](b)`\n\n    ![a](b)\n\n```\n![a](b)\n```", []),
    "escaped": ("!\\[a](b) \\![a](b)", []),
    "blank in the destination": ("![a](b c.png)", []),
    "maths is off": ("$![a](b)$", ["b"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DESTINATIONS.values(), ids=DESTINATIONS.keys())
def test_destinations(text, expected):
    assert raw_destinations(text) == expected


LINKS = {
    "around an image": ("[![a](b)](c 'd')", ["c"]),
    "around text and images": ("[a ![b](c) d ![e](f) ](g)", ["g", "g"]),
    "by reference": ("[![a](b)][c]\n\n[c]: d", [None]),
    "beside an image": ("![a](b)[c](d)", [None]),
    "in an image": ("![[a](b)](c)", [None]),
}


@pytest.mark.parametrize(("text", "expected"), LINKS.values(), ids=LINKS.keys())
def test_link_around(text, expected):
    links = [image.link for image in scan_markdown(text).images]
    assert [link and text[slice(*link.place)] for link in links] == expected


HTML = {
    "inline": ("a <b>c</b>", ["<b>", "</b>"]),
    "block": ("<div>\na\n</div>\n\nb", ["<div>\n", "a\n", "</div>\n"]),
    "a tag over lines": ("a <b\n c>", ["<b\n", " c>"]),
    "a tag over lines of a quote": ("> a <b\n> c='d'>", ["<b\n", "c='d'>"]),
    "a block in a quote": ("> <div>\n> a", ["<div>\n", "a"]),
    "crlf": ("> a <b\r\n> c>", ["<b\r\n", "c>"]),
    "in the text of an image": ("![<b>](c) <i>", ["<i>"]),
    "an escaped pipe in a table": ("|a|\n|-|\n|<b c='\\|'> <i>|", ["<i>"]),
    "wide characters before": ("é😀 <b>", ["<b>"]),
    "autolinks are not HTML": ("<https://a.example>", []),
}


@pytest.mark.parametrize(("text", "expected"), HTML.values(), ids=HTML.keys())
def test_html_pieces(text, expected):
    pieces = [text[slice(*piece)] for piece in scan_markdown(text).html]
    assert [piece for piece in pieces if piece.strip()] == expected


def test_html_that_the_parser_shows_in_other_lines_is_taken_whole():
    """No text is known for which it does; what it cut from a line could not be told then."""
    walk = _Walk("> <b\n> c>")
    walk._add_html("<b c>", 2, 9)
    assert walk.scan.html == [(2, 5), (5, 9)]


MASKS = {
    "inline": ("a ![b](c)<hr>", "  <br>   <hr>"),
    "the first block has no place before it": ("<b>", "<b>"),
    "a block ends an open tag": ("<div a='\n\nb", "<div a='\n> "),
    "a block right behind HTML": ("> <?a\nb", "  <?a> "),
    "text is blank": ("a < b & <i>c</i>", "        <i> </i>"),
}


@pytest.mark.parametrize(("text", "expected"), MASKS.values(), ids=MASKS.keys())
def test_mask_text(text, expected):
    scan = scan_markdown(text)
    marks = [image.start for image in scan.images]
    assert mask_text(text, scan.html, marks, scan.blocks) == expected


def test_of_two_pieces_that_overlap_the_first_stands():
    assert mask_text("<b c> ![a](b)", [(0, 5)], [2, 6], []) == "<b c> <br>   "


PLACES = st.lists(st.integers(0, 40), max_size=12, unique=True).map(
    lambda borders: list(zip(*[iter(sorted(borders))] * 2, strict=False))
)


@given(PLACES, PLACES)
def test_cut_out(pieces, holes):
    kept = cut_out(pieces, holes)

    def covered(places):
        return {offset for start, end in places for offset in range(start, end)}

    assert covered(kept) == covered(pieces) - covered(holes)
    assert kept == sorted(kept) and all(start < end for start, end in kept)


@given(st.text(max_size=40), st.data())
def test_character_counter(text, data):
    source = text.encode(errors="replace").decode()
    count = character_counter(source * 300)
    index = data.draw(st.integers(0, len(source) * 300))
    assert count(len((source * 300)[:index].encode())) == index


def test_a_label_never_closed_has_no_destination():
    assert find_after_label("[a", 0, 2) is None


def shown_images(text):
    """What a reader sees: values of src of all images in pyromark's own HTML."""
    page = turbohtml.parse(pyromark.html(text, options=OPTIONS))
    return [image.attr("src") for image in page.select("img")]


PIECES = [
    *[
        "![",
        "]",
        "(",
        ")",
        "](",
        "u.png",
        "v w.png",
        "<",
        ">",
        " ",
        "\n",
        "\n\n",
        "\r\n",
        "> ",
        "- ",
    ],
    *["`", "```\n", "    ", "\\", "'t'", '"', "[", "[a]: d.png\n", "![a]", "![a](b.png)"],
    *["[![c](d)](e)", "*", "_", "&amp;", "é", "|", "\n|a|b|\n|-|-|\n", "# ", "😀", "1. ", "[^1]"],
    "\n[^1]: ",
]
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
NO_HTML = st.lists(st.sampled_from([p for p in PIECES if p != "<"]), max_size=25).map("".join)


@settings(max_examples=examples(400), deadline=None)
@given(NO_HTML)
def test_images_are_those_of_the_rendered_page(text):
    found = [image.destination.value for image in scan_markdown(text).images]
    assert len(found) == len(shown_images(text))


def meaning(text, destination):
    raw = text[slice(*destination.place)]
    if destination.is_in_table:
        raw = TABLE_CELL.decode(raw)[0]
    return MARKDOWN_DESTINATION.decode(raw)[0]


@settings(max_examples=examples(400), deadline=None)
@given(MARKDOWN)
def test_raw_destinations_mean_what_the_parser_says(text):
    scan = scan_markdown(text)
    for image in scan.images:
        destination = image.destination
        if destination.value:
            assert destination.place is not None
            assert meaning(text, destination) == destination.value
        assert len(text) - image.start >= len(MARKER)


@settings(max_examples=examples(200), deadline=None)
@given(MARKDOWN)
def test_another_destination_changes_that_image_alone(text):
    scan = scan_markdown(text)
    inline = [i.destination for i in scan.images if not i.destination.is_definition]
    for number, destination in enumerate(inline):
        if destination.place:
            start, end = destination.place
            again = scan_markdown(text[:start] + "new.webp" + text[end:]).images
            values = [i.destination.value for i in again if not i.destination.is_definition]
            expected = [d.value for d in inline]
            expected[number] = "new.webp"
            assert values == expected
