"""BeautifulSoup over turbohtml: the tree html5lib builds, with the places of attributes."""

import warnings

import bs4
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.syntax.html import parse_html, switched_off
from archiver.syntax.html_tree import SourceTag, group_by_root, parse_copy, parse_tree
from archiver.syntax.text import Text

DOCUMENTS = {
    "text and comments": "<!doctype html><p>a<b>c</b><!-- x -->d",
    "misnested": "<b><p>1</b>2</p><a>3<a>4",
    "table": "<table><td>1<tr>2<img></table>",
    "raw text": "<title><b></title><script>1<2</script><textarea><b></textarea>",
    "svg": "<svg viewbox='0 0 1 1'><foreignObject><p>1</svg>",
    "attributes": "<p class='a b' hidden title=x title=y>1",
    "nothing": "",
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_the_tree_is_html5libs(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, ours = BeautifulSoup(text, "html5lib"), BeautifulSoup(text, "turbohtml")
    assert _outline(ours) == _outline(theirs)


def _outline(soup):
    """Names, attributes and text in document order."""
    return [
        (node.name, dict(node.attrs))
        if isinstance(node, bs4.Tag)
        else (isinstance(node, bs4.Comment), str(node))
        for node in soup.descendants
        if isinstance(node, bs4.Tag | bs4.Comment) or str(node).strip()
    ]


def test_templates_hold_their_content():
    soup = BeautifulSoup("<template><td>1</td></template><p>2", "turbohtml")
    names = [tag.name for tag in soup.find_all(True)]
    assert names == ["html", "head", "template", "td", "body", "p"]


def _page(document, selector="*", encoding="utf-8"):
    text = Text.byte_view(document, encoding)
    return parse_html(text, lambda tree: tree.select(selector))


def test_only_chosen_elements_are_built_nested_as_they_are():
    page = _page(b"<p><picture><b><source><img></b></picture><i><img></i>", "picture,source,img")
    assert [(tag.name, tag.parent.name) for tag in page.tags()] == [
        ("picture", "[document]"),
        ("source", "picture"),
        ("img", "picture"),
        ("img", "[document]"),
    ]


def test_all_elements_are_given_where_none_are_chosen():
    page = parse_html(Text.byte_view(b"<p>a<img>b<!-- c -->"))
    assert [tag.name for tag in page.tags()] == ["html", "head", "body", "p", "img"]


def test_the_places_of_a_whole_tag():
    (tag,) = _page(b'a<img alt src="b">', "img").tags()
    page = _page(b'a<img alt src="b">', "img")
    assert page.start_tag(tag) == (1, 18)
    assert page.extent(tag, "alt") == (6, 9)
    assert page.extent(tag, "src") == (10, 17)
    assert page.extent(tag, "width") is None


def test_an_element_that_the_parser_made_up_has_no_place():
    """The second link stands for the first, which its paragraph closed."""
    page = _page(b"<p><a href=b>1<p>2</a>", "a")
    own, made_up = page.tags()
    assert page.start_tag(own) == (3, 13)
    assert made_up.attrs == {"href": "b"}
    assert page.start_tag(made_up) is page.extent(made_up, "href") is None
    assert page.attribute(made_up, "href") is page.raw_text(made_up) is None


def test_groups_never_part_an_element_from_what_is_inside():
    tree = parse_tree("<p><a>1</a><a>2</a></p><p><a>3</a></p><p></p>")
    groups = group_by_root(tree.select("p,a"), 2)
    assert [[one.tag for one in group] for group in groups] == [["p", "a", "a"], ["p", "a"], ["p"]]


ATTRIBUTES = {
    "quoted": (b'<p x="a&amp;b">', "a&b", b"a&amp;b", b'x="a&amp;b"'),
    "single": (b"<p x='a'>", "a", b"a", b"x='a'"),
    "unquoted": (b"<p x=a/>", "a/", b"a/", b"x=a/"),
    "blanks": (b"<p x\n=\r\n a>", "a", b"a", b"x\n=\r\n a"),
    "behind CRLF": (b"\r\n\r\n\r<p\r\nx=a>", "a", b"a", b"x=a"),
    "behind a BOM": (b"\xef\xbb\xbf<p x=a>", "a", b"a", b"x=a"),
    "behind other characters": ("图é<p x='图'>".encode(), "图", "图".encode(), "x='图'".encode()),
    "nul": (b"a\0<p x='a\0b'>", "a\ufffdb", b"a\0b", b"x='a\0b'"),
    "glued": (b'<p y="1"x="a"z>', "a", b"a", b'x="a"'),
    "no value": (b"<p x>", None, None, b"x"),
    "no value behind =": (b"<p x = >", None, None, b"x ="),
    "empty": (b"<p x=''>", "", b"", b"x=''"),
}


@pytest.mark.parametrize(
    ("document", "value", "raw", "whole"), ATTRIBUTES.values(), ids=ATTRIBUTES.keys()
)
def test_places_of_attributes(document, value, raw, whole):
    page = _page(document, "p")
    (tag,) = page.tags()
    decoded, place = page.value(tag, "x"), page.attribute(tag, "x")
    assert (decoded and decoded.text) == value or (decoded is not None and decoded.text == value)
    assert place is None or page.text.raw(place.value_start, place.value_end) == raw
    start, end = page.extent(tag, "x")
    assert document[start:end] == whole


def test_a_merged_body_attribute_has_no_place():
    page = _page(b"<body><p><body background=a.gif>", "body")
    (tag,) = page.tags()
    assert isinstance(tag, SourceTag)
    assert tag.value("background") == "a.gif"
    assert page.attribute(tag, "background") is None


def test_copied_and_new_tags_come_from_nowhere():
    soup = BeautifulSoup("<p x=1>", "turbohtml", element_classes={bs4.Tag: SourceTag})
    assert soup.p.source is not None
    assert soup.new_tag("b").source is None


@given(st.text(alphabet="a\r\n<>\ufeff\ud800é", max_size=30))
def test_the_copy_that_is_parsed_has_the_same_length(text):
    assert len(parse_copy(text)) == len(text)


PIECES = st.sampled_from(
    [
        "<body x=1>",
        "<html y=2>",
        "<p z='3'>",
        "<b>",
        "</b>",
        "</p>",
        "<table>",
        "<td z=4>",
        "x",
        "\r\n",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_every_located_attribute_is_where_it_says(document):
    page = _page(document.encode())
    for tag in page.tags():
        for name in tag.attrs:
            value = page.value(tag, name)
            assert value is None or value.text == tag.value(name)


SWITCHES = {
    "one region": ("a<!-- archiver:off -->b<!-- archiver:on -->c", ["b"]),
    "to the end": ("a<!--archiver:off-->b", ["b"]),
    "twice off": (
        "<!--archiver:off-->a<!--archiver:off-->b<!--archiver:on-->c",
        ["a<!--archiver:off-->b"],
    ),
    "on alone": ("a<!--archiver:on-->b", []),
    "on before off": ("a<!--archiver:on-->b<!--archiver:off-->c", ["c"]),
    "another comment": ("<!-- archiver:offer -->b", []),
}


@pytest.mark.parametrize(("text", "expected"), SWITCHES.values(), ids=SWITCHES.keys())
def test_switched_off(text, expected):
    spans = switched_off(Text.from_bytes(text.encode()))
    assert [text[span.start : span.end] for span in spans] == expected
