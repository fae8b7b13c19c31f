"""Drawings: what sanitising takes away and what it leaves, and their thumbnails."""

from __future__ import annotations

import base64
import io
import random
import re
import sys
from contextlib import suppress
from urllib.parse import quote
from xml.etree import ElementTree

import pictures
import pytest
from PIL import Image
from required import need_module
from samples import MUTATIONS

from archiver.errors import PictureError
from archiver.imaging.refusal import Refusal
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.imaging.svg import MAX_DEPTH, sanitize_file, sanitize_svg
from archiver.imaging.svg_render import render_svg
from archiver.imaging.workers import Examiner

SETTINGS = ImagingSettings()
MARKER = "0a" * 32
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' width="640" height="320" viewBox="0 0 640 320">'
)


def draw(inside: str) -> bytes:
    return f"{HEAD}{inside}</svg>".encode()


def sanitize(data: bytes) -> str:
    return sanitize_svg(data, MARKER, SETTINGS).decode()


def data_url(data: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


HARM = {
    "a script": "<script>alert(1)</script>",
    "a script of another host": '<script href="https://h/evil.js"/>',
    "a handler": '<rect onload="evil()"/>',
    "foreign HTML": '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">evil</p></foreignObject>',
    "a link": '<a href="https://h/evil"><text>t</text></a>',
    "a link with a script": '<a xlink:href="javascript:evil()"><text>t</text></a>',
    "an animated link": '<a><animate attributeName="href" values="javascript:evil()"/></a>',
    "a set link": '<a><set attributeName="xlink:href" to="https://h/evil"/></a>',
    "a picture of another host": '<image href="https://h/evil.png"/>',
    "a picture of our own host": '<image href="/evil.png"/>',
    "a picture beside it": '<image xlink:href="evil.png"/>',
    "a drawing in a data URL": f'<image href="{data_url(b"<svg>evil</svg>", "image/svg+xml")}"/>',
    "a page in a data URL": '<use href="data:text/html,evil"/>',
    "another drawing": '<use href="evil.svg#a"/>',
    "a gradient of another file": '<linearGradient href="evil.svg#a"/>',
    "a fill of another host": '<rect fill="url(https://h/evil.svg#a)"/>',
    "a style": "<rect style='fill:url(\"https://h/evil.svg#a\")'/>",
    "a cursor": '<rect cursor="url(/evil.cur), auto"/>',
    "a filter's picture": '<filter><feImage href="https://h/evil.png"/></filter>',
    "a style sheet's import": '<style>@import "https://h/evil.css";</style>',
    "a style sheet's URL": "<style>.a{fill:url(https://h/evil.svg#a)}</style>",
    "a style sheet's font": "<style>@font-face{src:url(https://h/evil.woff)}</style>",
    "an image set": '<style>svg{background:image-set("https://h/evil.png" 1x)}</style>',
    "an image set in an attribute": "<rect style='cursor:-webkit-image-set(\"//h/evil\" 1x)'/>",
    "an animated fill": '<animate attributeName="fill" values="red;url(https://h/evil.svg#a)"/>',
    "data of an editor": '<metadata><x xmlns="urn:x" href="https://h/evil"/></metadata>',
}


@pytest.mark.parametrize("inside", HARM.values(), ids=HARM.keys())
def test_harm_is_taken_out(inside):
    clean = sanitize(draw(f'<circle r="9" fill="red"/>{inside}'))
    assert "evil" not in clean and "//h" not in clean
    names = [element.tag.partition("}")[2] for element in ElementTree.fromstring(clean).iter()]
    assert "circle" in names


def test_a_url_spelt_with_escapes_is_none_afterwards():
    clean = sanitize(draw("<style>svg{background:u\\72l(https://h/a.png)}</style>"))
    assert "\\" not in clean and "url" not in clean


WHOLE_DOCUMENTS = {
    "a style sheet beside it": '<?xml-stylesheet href="https://h/evil.css"?>' + HEAD + "<g/></svg>",
    "an entity of a file": (
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///evil">]>' + HEAD + "<text>&x;</text></svg>"
    ),
    "UTF-16": HEAD + "<script>evil()</script><g/></svg>",
    "a base": HEAD.replace(" width", ' xml:base="https://h/evil/" width') + '<use href="a"/></svg>',
}


@pytest.mark.parametrize("name", WHOLE_DOCUMENTS)
def test_harm_around_the_drawing_is_taken_out(name):
    clean = sanitize(WHOLE_DOCUMENTS[name].encode("utf-16" if name == "UTF-16" else "utf-8"))
    assert "evil" not in clean and ElementTree.fromstring(clean).tag.endswith("svg")


KEPT = {
    "a part of itself": '<use href="#a"/>',
    "a gradient of its own": '<rect fill="url(#a)"/>',
    "a matrix": '<feColorMatrix values="0.33 0.5 0.16 0 0"/>',
    "a transformation": '<g transform="translate(1,2) rotate(3.5)"/>',
    "a style": '<style>.a{fill:red;animation:spin 2s}</style>',
    "a picture in a data URL": f'<image href="{data_url(pictures.picture("PNG", (8, 8)))}"/>',
    "a path": '<path d="M0,0 L10,10.5z"/>',
    "text in Chinese": "<text>图 url(/a) href=\"/b\"</text>",
}  # fmt: skip


@pytest.mark.parametrize("inside", KEPT.values(), ids=KEPT.keys())
def test_what_harms_nobody_stays(inside):
    clean = ElementTree.fromstring(sanitize(draw(inside)))
    (before,) = ElementTree.fromstring(draw(inside))
    (after,) = clean
    assert (after.tag, after.attrib, (after.text or "").strip()) == (
        before.tag, before.attrib, before.text or "",
    )  # fmt: skip


def test_local_copies_are_relative_to_the_folder_of_sanitised_drawings():
    copy = f"/{MARKER}/assets/ab/ab.png"
    clean = sanitize(draw(f'<image xlink:href="{copy}"/><style>.a{{fill:url("{copy}")}}</style>'))
    assert re.findall(r'"(\.\./.*?)"|url\((.*?)\)', clean) == [
        ("../../assets/ab/ab.png", ""),
        ("", "../../assets/ab/ab.png"),
    ]


def nested(depth: int) -> bytes:
    """A drawing of this depth, its root included."""
    return draw("<g>" * (depth - 1) + "</g>" * (depth - 1))


REFUSED = {
    "one level too deep": (nested(MAX_DEPTH + 1), "depth"),
    "far too deep": (nested(4000), "depth"),
    "many elements at the bottom": (draw("<g>" * 60 + "<g/>" * 5000 + "</g>" * 60), "growth"),
    "elements in a style sheet": (
        draw("<style><g/>svg{background:url(https://h/a.png)}</style>"),
        "sanitizer",
    ),
    "no namespace": (b"<svg><rect/></svg>", "sanitizer"),
    "not well formed": (HEAD.encode(), "sanitizer"),
    "a bomb in a data URL": (
        draw(f'<image href="{data_url(pictures.header_bomb())}"/>'),
        "pixels",
    ),
    "a bomb of scans in a data URL": (
        draw(f'<image href="{data_url(pictures.scan_bomb(), "image/jpeg")}"/>'),
        "scans",
    ),
    "entities": (pictures.entity_bomb(), "sanitizer"),
}
BOMB = base64.b64encode(pictures.header_bomb()).decode()
SPELLINGS = {
    "base64 with an escape": f"data:image/png;base64,%69{BOMB[1:]}",
    "base64 with a blank": f"data:image/png;base64,{BOMB[:4]}&#10;{BOMB[4:]}",
    "a parameter": f"data:image/png;charset=x;base64,{BOMB}",
    "blanks in the head": f"data:image/png ; base64 ,{BOMB}",
    "escapes": f"data:image/png,{quote(pictures.header_bomb())}",
}


@pytest.mark.parametrize("url", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_bomb_is_refused_however_it_is_spelt(url):
    with pytest.raises(Refusal, match="pixels"):
        sanitize(draw(f'<image href="{url}"/>'))


@pytest.mark.parametrize("url", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_bomb_in_a_style_sheet_is_refused_or_gone(url):
    with suppress(Refusal):
        assert "data:" not in sanitize(draw(f"<style>.a{{fill:url('{url}')}}</style>"))


def test_pictures_inside_have_one_spelling():
    png = pictures.picture("PNG", (8, 8))
    url = f"data:image/png,{quote(png)}"
    clean = sanitize(draw(f"<image href='{url}'/><style>.a{{fill:url({url})}}</style>"))
    assert clean.count(data_url(png)) == 2 and "%" not in clean


def test_what_cannot_be_looked_at_goes():
    clean = sanitize(draw("<image href='data:image/png;base64,A!'/><g/>"))
    assert "data:" not in clean
    clean = sanitize(draw(f"<style>.a{{fill:url({SPELLINGS['escapes']}</style><g/>"))
    assert "data:" not in clean


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_made_harmless_is_refused(data, reason):
    with pytest.raises(Refusal) as caught:
        sanitize(data)
    assert (caught.value.outcome, caught.value.reason) == ("unsafe", reason)


def test_the_deepest_legal_drawing_stays_within_its_growth():
    data = nested(MAX_DEPTH)
    assert len(sanitize(data)) <= 4 * len(data) + 64 * 1024


def test_a_packed_drawing_comes_out_unpacked():
    assert sanitize(pictures.SVGZ) == sanitize(pictures.SVG)


def test_sanitising_twice_changes_nothing():
    once = sanitize(
        draw('<style>a > b {fill:red}</style><text a="&lt;&amp;">&lt;x&gt; &amp;</text>')
    )
    assert sanitize(once.encode()) == once


DRAWING = draw('<rect width="320" height="320" fill="red"/>')


@pytest.mark.parametrize("format", ["webp", "png", "same", "jpeg"])
def test_a_thumbnail_shows_the_drawing(format):
    need_module("resvg_py")
    settings = (
        ThumbnailSettings(name="large", format=format),
        ThumbnailSettings(name="small", max_width=64, max_height=64, format=format, fit="cover"),
    )
    large, small = render_svg(DRAWING, SETTINGS, settings)
    assert (large.width_px, large.height_px, small.width_px, small.height_px) == (320, 160, 64, 64)
    with Image.open(io.BytesIO(large.data)) as image:
        left, right = (image.convert("RGBA").getpixel((x, 80)) for x in (40, 280))
    assert all(abs(a - b) <= 6 for a, b in zip(left, (255, 0, 0, 255), strict=True))
    assert right == ((255, 255, 255, 255) if format == "jpeg" else (0, 0, 0, 0))


def test_no_thumbnail_of_a_small_drawing_or_without_resvg(monkeypatch):
    large = (ThumbnailSettings(max_width=640, max_height=640),)
    assert render_svg(DRAWING, SETTINGS, large) == ()
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    assert render_svg(DRAWING, SETTINGS, (ThumbnailSettings(),)) == ()


def test_no_thumbnail_of_a_drawing_without_a_size():
    assert (
        render_svg(b'<svg xmlns="http://www.w3.org/2000/svg"/>', SETTINGS, (ThumbnailSettings(),))
        == ()
    )


def test_no_file_of_this_machine_is_drawn(tmp_path):
    need_module("resvg_py")
    secret = tmp_path / "secret.png"
    secret.write_bytes(pictures.plain((0, 0, 255)))
    source = tmp_path / "a.svg"
    source.write_bytes(draw(f'<image href="{secret}" width="640" height="320"/>'))
    thumbnail = (ThumbnailSettings(format="png"),)
    (drawn,) = sanitize_file(str(source), SETTINGS, thumbnail, MARKER).renditions
    with Image.open(io.BytesIO(drawn.data)) as image:
        assert image.convert("RGBA").getextrema()[3] == (0, 0)


async def test_a_worker_gives_what_the_function_gives(tmp_path):
    good, bad = tmp_path / "a.svg", tmp_path / "b.svg"
    good.write_bytes(DRAWING)
    bad.write_bytes(nested(70))
    thumbnails = (ThumbnailSettings(),)
    async with Examiner(SETTINGS, thumbnails) as examiner:
        made = await examiner.sanitize(str(good), MARKER)
        assert made == sanitize_file(str(good), SETTINGS, thumbnails, MARKER)
        with pytest.raises(PictureError) as caught:
            await examiner.sanitize(str(bad), MARKER)
    assert caught.value.args == (str(bad), "unsafe", "depth", False)


def test_mutated_drawings_stay_harmless():
    """Whatever is given: a refusal, or a drawing in which another parser finds no way out."""
    source = random.Random(7)
    seeds = [draw(inside) for inside in (*HARM.values(), *KEPT.values()) if len(inside) < 2000]
    for _ in range(MUTATIONS):
        data = mutate(source.choice(seeds), source)
        with suppress(Refusal):
            check_harmless(sanitize(data))


def mutate(data: bytes, source: random.Random) -> bytes:
    """*data* with pieces of markup put in, doubled, taken out, or bytes changed."""
    changed = bytearray(data)
    for _ in range(source.randint(1, 5)):
        at = source.randrange(len(changed))
        kind = source.random()
        if kind < 0.5:
            changed[at:at] = source.choice(PIECES)
        elif kind < 0.7:
            changed[at:at] = changed[at : at + source.randint(1, 40)]
        elif kind < 0.9:
            del changed[at : at + source.randint(1, 10)]
        else:
            changed[at] = source.randrange(256)
    return bytes(changed)


PIECES = (
    b'"', b"'", b"<", b">", b"&lt;", b"&#34;", b"&quot;", b"/*", b"*/", b"\\", b"url(", b")", b";",
    b"url(//h/a)", b'href="//h/a"', b"<style>", b"</style>", b"<![CDATA[", b"]]>", b"<!--", b"-->",
    b"<image href='//h/a'/>", b"@import '//h/a';", b"\0", b"<x xmlns='http://www.w3.org/2000/svg'>",
    b"image-set('//h/a' 1x)", b"<script>", b" onload='x'", b"data:image/svg+xml,<svg/>",
)  # fmt: skip
LEADS_OUT = re.compile(r"url\(\s*[\"']?(?!#|data:image/|\))|image-set\(|\bsrc\(", re.I)
BY_SCRIPT = re.compile(r"on[a-z]+$|href$|src$")


def check_harmless(clean: str) -> None:
    for element in ElementTree.fromstring(clean).iter():
        name = element.tag.partition("}")[2]
        assert name not in ("script", "foreignObject", "iframe", "handler"), clean
        if name == "style":
            text = "".join(element.itertext())
            assert not LEADS_OUT.search(text) and "@import" not in text.lower(), clean
        for attribute, value in element.attrib.items():
            if BY_SCRIPT.search(attribute.rpartition("}")[2]):
                assert not value or value.startswith(("#", "data:image/")), clean
                assert not value.startswith("data:image/svg"), clean
            else:
                assert not LEADS_OUT.search(value), clean
