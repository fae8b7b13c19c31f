"""Drawings in the encodings of old: what browsers show is told, and none hides a script."""

from __future__ import annotations

import codecs
import gzip
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legacy_drawings import LEGACY, OVERRULED, REFUSED, legacy_drawing

from archiver.imaging.examine import examine_bytes
from archiver.imaging.refusal import Refusal
from archiver.imaging.settings import ImagingSettings
from archiver.imaging.svg import sanitize_svg

SETTINGS = ImagingSettings()
SCRIPT = "<script>evil()</script>"
SHOWN = {label: (label, *row) for label, row in LEGACY.items()} | OVERRULED


def sanitize(data: bytes) -> str:
    """The harmless form, as its own declaration says that it is to be read."""
    clean = sanitize_svg(data, "0a" * 32, SETTINGS)
    assert clean.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    return clean.decode()


@pytest.mark.parametrize(("label", "text", "codec"), SHOWN.values(), ids=SHOWN.keys())
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
def test_what_browsers_show_is_a_picture(label, text, codec, pack):
    data = pack(legacy_drawing(label, f"{SCRIPT}<text>{text}</text>", codec))
    picture = examine_bytes(data, SETTINGS, [])
    assert (picture.media_type, picture.width_px, picture.height_px) == ("image/svg+xml", 120, 80)
    clean = sanitize(data)
    assert "evil" not in clean and "script" not in clean
    assert ElementTree.fromstring(clean).findtext("{*}text") == text


@pytest.mark.parametrize(("label", "text", "codec"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_told_is_refused(label, text, codec):
    data = legacy_drawing(label, f"<text>{text}</text>", codec)
    with pytest.raises(Refusal) as caught:
        examine_bytes(data, SETTINGS, [])
    assert caught.value.outcome in ("not_image", "damaged")
    with pytest.raises(Refusal) as caught:
        sanitize_svg(data, "0a" * 32, SETTINGS)
    assert caught.value.reason in ("encoding", "sanitizer")


def test_utf_16_without_a_mark_or_a_declaration_is_refused():
    for codec in ("utf-16-le", "utf-16-be"):
        data = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'.encode(codec)
        with pytest.raises(Refusal):
            examine_bytes(data, SETTINGS, [])


def test_bytes_that_spell_an_element_where_there_are_kanji():
    data = legacy_drawing("ISO-2022-JP", "<text>\x1b$B<imagep>\x1b(B</text>", "ascii")
    text = ElementTree.fromstring(sanitize(data)).findtext("{*}text")
    assert text == b"\x1b$B<imagep>\x1b(B".decode("iso2022_jp") and len(text) == 4


def test_a_second_declaration_does_not_count():
    data = legacy_drawing("GBK", SCRIPT + '<?xml version="1.0" encoding="utf-7"?>', "ascii")
    with pytest.raises(Refusal):
        sanitize_svg(data, "0a" * 32, SETTINGS)
    style = b'<?xml-stylesheet encoding="utf-16" href="x"?>'
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg"><text>\xc3\xa9</text></svg>'
    assert "é" in sanitize_svg(style + drawn, "0a" * 32, SETTINGS).decode()


def test_a_drawing_cut_in_a_character_is_truncated():
    data = legacy_drawing("GBK", "<text>中").partition("中".encode("gbk"))
    for more in (data[1], data[1][:1], b""):
        with pytest.raises(Refusal) as caught:
            examine_bytes(data[0] + more, SETTINGS, [])
        assert (caught.value.outcome, caught.value.reason) == ("damaged", "truncated")


@given(st.sampled_from(sorted(LEGACY)), st.binary(max_size=40))
def test_no_bytes_bring_a_script_back(label, junk):
    codec = LEGACY[label][1] or label
    place = "@@".encode(codec).removeprefix(codecs.BOM_UTF16)
    data = legacy_drawing(label, f"<text>@@</text>{SCRIPT}", codec)
    assert data.count(place) == 1
    try:
        clean = sanitize(data.replace(place, junk))
    except Refusal:
        return
    assert "<script" not in clean
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(clean).iter()}
    assert "script" not in tags
