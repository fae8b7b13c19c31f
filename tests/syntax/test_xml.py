"""XML's elements and their places, and what expat says of them."""

from xml.parsers import expat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from archiver.syntax.xml import MAX_ENTITIES, MAX_ENTITY_CHARACTERS, parse_xml, read_entities


def outline(text):
    """Each element's name with its attributes' values and its character data."""
    document = parse_xml(text)
    return [
        (
            element.name[1],
            {
                name[1]: document.codec.decode(text[start:end])[0]
                for name, (start, end) in element.attributes.items()
            },
            "".join(
                text[piece.start : piece.end]
                if piece.is_cdata
                else document.codec.decode(text[piece.start : piece.end])[0]
                for piece in element.pieces
            ),
        )
        for element in document.elements
    ]


DOCUMENTS = {
    "nested": ("<a><b x='1'/>t</a>", [("a", {}, "t"), ("b", {"x": "1"}, "")]),
    "entities": ("<a x='&lt;&#65;'>&amp;&#x42;</a>", [("a", {"x": "<A"}, "&B")]),
    "cdata": ("<a>x<![CDATA[<b>&amp;]]]]></a>", [("a", {}, "x<b>&amp;]]")]),
    "comment and instruction": ("<?p <b?><a><!-- <b> --></a>", [("a", {}, "")]),
    "quoted >": ("<a x='>' y=\"<\">t</a>", [("a", {"x": ">", "y": "<"}, "t")]),
    "own entities": (
        "<!DOCTYPE a [<!ENTITY h 'https://h/'><!-- ]> --><!ENTITY i \"&h;i\">]><a>&i;&none;</a>",
        [("a", {}, "https://h/i&none;")],
    ),
    "external entity": (
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        [("a", {}, "&x;")],
    ),
    "broken: end tag missing": ("<a><b>t</a>", [("a", {}, ""), ("b", {}, "t")]),
    "broken: stray end tag": ("<a></x>t</a>", [("a", {}, "t")]),
    "broken: bare ampersand": ("<a>x & y</a>", [("a", {}, "x & y")]),
    "broken: unclosed CDATA": ("<a><![CDATA[x", [("a", {}, "x")]),
    "broken: unclosed tag": ("<a>t<b x='1", [("a", {}, "tb x='1")]),
}


@pytest.mark.parametrize(("text", "expected"), DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_parse_xml(text, expected):
    assert outline(text) == expected


def test_names_are_bound_by_namespace():
    text = "<a xmlns='A' xmlns:x='X'><x:b x:c='1' d='2' xml:base='u'/><y:e/></a>"
    elements = parse_xml(text).elements
    assert [one.name for one in elements] == [("A", "a"), ("X", "b"), ("y", "e")]
    assert list(elements[1].attributes) == [
        ("X", "c"),
        ("", "d"),
        ("http://www.w3.org/XML/1998/namespace", "base"),
    ]


def test_entities_that_grow_are_none():
    laughs = "".join(f"<!ENTITY l{number} '{f'&l{number - 1};' * 10}'>" for number in range(1, 30))
    text = f"<!DOCTYPE a [<!ENTITY l0 'ha'>{laughs}]><a>&l2;</a>"
    assert outline(text)[0][2] == "ha" * 100  # l2, exactly as long as is allowed
    assert len(parse_xml(text).codec.decode("&l29;" * 100)[0]) <= 100 * MAX_ENTITY_CHARACTERS


LONGEST = "x" * MAX_ENTITY_CHARACTERS
ENTITIES = {
    "the first of a name counts": ("<!ENTITY a '1'><!ENTITY a '2'>", {"a": "1"}),
    "as long as is allowed": (f"<!ENTITY a '{LONGEST}'>", {"a": LONGEST}),
    "longer than is allowed": (f"<!ENTITY a '{LONGEST}y'><!ENTITY b '2'>", {"b": "2"}),
    "longer once it is expanded": ("<!ENTITY a 'xy'><!ENTITY b '" + "&a;" * 66 + LONGEST[:2] + "'>"
                                   "<!ENTITY c '" + "&b;" * 2 + "'>",
                                   {"a": "xy", "b": "xy" * 66 + "xx"}),
    "in a comment": ("<!-- <!ENTITY a '1'> --><!ENTITY b \"2\">", {"b": "2"}),
    "of another file": ("<!ENTITY a SYSTEM 'file:///etc/passwd'>", {}),
}  # fmt: skip


@pytest.mark.parametrize(("subset", "expected"), ENTITIES.values(), ids=ENTITIES.keys())
def test_read_entities(subset, expected):
    assert read_entities(subset) == expected


def test_entities_are_so_many_at_most():
    subset = "".join(f"<!ENTITY e{number} '{number}'>" for number in range(MAX_ENTITIES + 5))
    assert len(read_entities(subset)) == MAX_ENTITIES


PIECES = st.sampled_from([
    "<a>", "</a>", "<b x='1'>", "</b>", "<c y='&amp;&#65;'/>", "text", "&lt;", "<![CDATA[<x>&]]>",
    "<!-- <a> -->", "<?p x?>", " ", "&#x41;", "é", "]", "-", "<d e=\"'>\"/>",
])  # fmt: skip


@settings(max_examples=examples(300))
@given(st.lists(PIECES, max_size=12).map("".join))
def test_elements_as_expat(text):
    text = f"<r>{text}</r>"
    theirs = []
    parser = expat.ParserCreate()
    opened = []

    def start(name, attributes):
        theirs.append([name, attributes, ""])
        opened.append(theirs[-1])

    def data(value):
        opened[-1][2] += value

    parser.StartElementHandler, parser.CharacterDataHandler = start, data
    parser.EndElementHandler = lambda name: opened.pop()
    try:
        parser.Parse(text, True)
    except expat.ExpatError:
        return
    assert [list(one) for one in outline(text)] == theirs
