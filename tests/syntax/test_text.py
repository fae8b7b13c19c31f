"""Offset maps: every slice of the text is the bytes its span names."""

import codecs
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Span
from archiver.syntax.escapes import CSS_STRING, HTML_ATTRIBUTE, XML_TEXT
from archiver.syntax.text import ERRORS, Text, codec_of

ENCODINGS = [
    "utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "cp932", "euc_jp", "cp949",
    "cp1252", "cp1251", "iso2022_jp",
]  # fmt: skip


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_span_of_encoded_text(encoding):
    words = "".join(c for c in "图a.png é日本ﾎ한Ж" if _encodable(c, encoding))
    for char_count in (1, 5000):
        text = Text.from_bytes((words * char_count).encode(encoding), encoding)
        place = len(words) * (char_count - 1) + words.index("a.png")
        assert text.raw(place, place + 5).decode(encoding).endswith("a.png")
        assert text.span(0, len(text.text)) == Span(0, len(text.data))


def _encodable(char, encoding):
    try:
        return bool(char.encode(encoding))
    except UnicodeEncodeError:
        return False


@given(st.binary(max_size=60), st.sampled_from(ENCODINGS))
def test_every_byte_belongs_to_one_character(data, encoding):
    text = Text.from_bytes(data, encoding)
    borders = [text.span(i, i + 1) for i in range(len(text.text))]
    assert all(0 <= span.start <= span.end <= len(data) for span in borders)
    assert all(a.start <= b.start and a.end <= b.end for a, b in pairwise(borders))
    if text.text:
        assert text.span(0, len(text.text)) == Span(0, len(data))


@given(st.text(max_size=30), st.sampled_from(ENCODINGS[:3]))
def test_slices_of_unicode_encodings_are_exact(words, encoding):
    words = words.encode("utf-8", "replace").decode()
    text = Text.from_bytes(words.encode(encoding), encoding)
    for start in range(len(words)):
        assert text.raw(start, len(words)).decode(encoding) == words[start:]


def test_bytes_that_are_no_text_stay_countable():
    text = Text.from_bytes(b"caf\xe9 \xff a.png")
    assert text.text == "caf\udce9 \udcff a.png"
    assert text.raw(7, 12) == b"a.png"


@pytest.mark.parametrize("data", [b"", b"\x1b(B", b"\x1b$B\x1b(B"])
def test_bytes_without_a_character(data):
    text = Text.from_bytes(data, "iso2022_jp")
    assert text.text == ""
    assert text.span(0, 0) == Span(0, 0)


def test_codes_that_do_not_round_trip_are_counted():
    data = b"\xfa\x4aa.png"  # IBM extension of cp932; Python encodes it as 87 54
    text = Text.from_bytes(data, "cp932")
    assert text.text.encode("cp932") != data
    assert text.raw(1, 6) == b"a.png"


def test_children_nest():
    data = 'x<p style="url(&quot;图\\26 b.png&quot;)">'.encode("gbk")
    view = Text.byte_view(data, "gb18030")
    style = view.child(view.text.index("url"), view.text.rindex('"'), HTML_ATTRIBUTE)
    assert style.text == 'url("图\\26 b.png")'
    url = style.child(5, style.text.rindex('"'), CSS_STRING)
    assert url.text == "图&b.png"
    assert url.raw(0, len(url.text)) == "图\\26 b.png".encode("gbk")
    assert url.raw(2, 7) == b"b.png"


def test_two_layers_of_entities():
    text = Text.from_bytes(b"<d>a?x=1&amp;amp;y=2</d>")
    url = text.child(3, 20, XML_TEXT).child(0, 13, HTML_ATTRIBUTE)
    assert url.text == "a?x=1&y=2"
    assert url.raw(5, 6) == b"&amp;amp;"


def test_a_border_inside_an_escape_widens():
    text = Text.from_bytes(b"a&NotEqualTilde;b").child(0, 17, HTML_ATTRIBUTE)
    assert len(text.text) == 4
    assert text.raw(2, 4) == b"&NotEqualTilde;b"
    assert text.raw(0, 2) == b"a&NotEqualTilde;"


def test_a_removed_line_break_belongs_to_the_span_around_it():
    text = Text.from_bytes(b"d\\\ne.png").child(0, 8, CSS_STRING)
    assert text.text == "de.png"
    assert text.raw(0, 6) == b"d\\\ne.png"
    assert text.raw(1, 6) == b"e.png"
    assert text.raw(0, 1) == b"d"


def test_masked_text_keeps_the_places():
    text = Text.from_bytes("é<img>".encode()).with_text("  img ")
    assert text.span(2, 5) == Span(3, 6)
    with pytest.raises(ValueError, match="characters"):
        text.with_text("x")


LABELS = {
    "gb2312": "gb18030",
    "shift_jis": "cp932",
    "iso-8859-1": "cp1252",
    "euc-kr": "cp949",
    "utf-8": "utf-8",
    "replacement": None,
    "nonsense": None,
    "": None,
}


@pytest.mark.parametrize(("label", "codec"), LABELS.items(), ids=LABELS.keys())
def test_codec_of_label(label, codec):
    assert codec_of(label) == codec


@pytest.mark.parametrize("encoding", ["utf-16-le", "iso2022_jp"])
def test_nothing_stands_behind_the_end(encoding):
    data = "図 a".encode(encoding)
    text = Text.from_bytes(data, encoding)
    end = len(text.text)
    assert text.span(end, end) == Span(len(data), len(data))


def test_only_what_was_undecodable_becomes_bytes_again():
    assert "\udce9".encode("ascii", ERRORS) == b"\xe9"
    with pytest.raises(UnicodeEncodeError):
        "é".encode("ascii", ERRORS)
    with pytest.raises(UnicodeTranslateError):
        codecs.lookup_error(ERRORS)(UnicodeTranslateError("é", 0, 1, "another kind of error"))
