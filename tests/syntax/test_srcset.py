"""The entries of a srcset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.syntax.srcset import descriptor_size, split_srcset

SRCSETS = {
    "no descriptor": ("a.png", [("a.png", "")]),
    "comma inside a URL": ("a,b.png 1x", [("a,b.png", "1x")]),
    "comma without white space": ("/x/1.png,/x/2.png 2x", [("/x/1.png,/x/2.png", "2x")]),
    "trailing comma ends an entry": ("a.gif, b.gif 2x", [("a.gif", ""), ("b.gif", "2x")]),
    "no white space after the comma": ("a.gif 1x,b.gif 2x", [("a.gif", "1x"), ("b.gif", "2x")]),
    "many commas": (",, a.gif,,, b.gif,", [("a.gif", ""), ("b.gif", "")]),
    "data URL": (
        "data:image/gif;base64,AA 1x, b.png 2x",
        [("data:image/gif;base64,AA", "1x"), ("b.png", "2x")],
    ),
    "parentheses": ("a.png (b, c) 2x, d.png", [("a.png", "(b, c) 2x"), ("d.png", "")]),
    "unclosed parenthesis": ("a.png (b, c", [("a.png", "(b, c")]),
    "white space of all kinds": (
        "\n a.png\t1x\n,\fb.png 2x\r\n",
        [("a.png", "1x"), ("b.png", "2x")],
    ),
    "every white space ends a URL": (
        "a\t1x,b\n2x,c\f3x,d\r4x,e 5x",
        [("a", "1x"), ("b", "2x"), ("c", "3x"), ("d", "4x"), ("e", "5x")],
    ),
    "every white space goes before": (" \t\n\f\ra.png", [("a.png", "")]),
    "a blank that HTML does not know": (
        "\xa0a.png\xa0 \xa01x\xa0, b.png",
        [("\xa0a.png\xa0", "\xa01x\xa0"), ("b.png", "")],
    ),
    "empty parentheses": ("a.png () 2x, b.png", [("a.png", "() 2x"), ("b.png", "")]),
    "a parenthesis that only closes": ("a.png b), c.png", [("a.png", "b)"), ("c.png", "")]),
    "no extension": ("/img/MAX 2x, /img/MAX,", [("/img/MAX", "2x"), ("/img/MAX", "")]),
    "only commas": (" ,, ", []),
    "empty": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), SRCSETS.values(), ids=SRCSETS.keys())
def test_split_srcset(text, expected):
    assert [(text[e.start : e.end], e.descriptor) for e in split_srcset(text)] == expected


@given(st.text(alphabet="a,( )\t2xw.", max_size=40))
def test_entries_lie_apart_and_hold_no_white_space(text):
    end = 0
    for entry in split_srcset(text):
        assert end <= entry.start < entry.end <= len(text)
        assert not set(text[entry.start : entry.end]) & set(" \t")
        assert text[entry.end - 1] != ","
        end = entry.end


SIZES = {"": 1, "2x": 2, "640w": 640, "640w 480h": 640, "1.5x": 1.5, "bad": 1}


@pytest.mark.parametrize(("descriptor", "size"), SIZES.items(), ids=SIZES.keys())
def test_descriptor_size(descriptor, size):
    assert descriptor_size(descriptor) == size
