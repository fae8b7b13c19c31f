"""What changes in HTML beside the links, so that the local copies show."""

import re

import pytest

from archiver.formats import ReadingSettings, read_document
from archiver.rewrite.edits import plan_edits
from archiver.rewrite.splice import splice

PAGE = "https://site.example/post/"


def rewrite(html, lost=(), base_url=PAGE, encoding="utf-8", small=(), **settings):
    """The document with ``L/name`` as link of every image but those in *lost*.

    All pictures are 400 pixels wide but those in *small*, which have 20.
    """
    document = html.encode(encoding)
    settings = ReadingSettings(**settings)
    reading = read_document(document, format="html", base_url=base_url, settings=settings)
    names = [one.url.rpartition("/")[2] for one in reading.references]
    links = [None if name in lost else f"L/{name}".encode(reading.encoding) for name in names]
    widths = [20 if name in small else 400 for name in names]
    return splice(document, plan_edits(reading, links, widths=widths)).decode(encoding)


LAZY = {
    "data URL": (
        '<img src="data:image/gif;base64,AA" data-src="a.png">',
        '<img src="L/a.png" data-src="L/a.png">',
    ),
    "known blank": (
        "<img src=/img/blank.gif data-src=a.png>",
        "<img src=L/a.png data-src=L/a.png>",
    ),
    "small copy": (
        '<img src="a.png?w=20" data-src="a.png">',
        '<img src="L/a.png" data-src="L/a.png">',
    ),
    "a picture of its own": (
        '<img src="b.png" data-large-file="a.png">',
        '<img src="L/b.png" data-large-file="L/a.png">',
    ),
    "no src": ("<img data-src=a.png alt=x>", '<img data-src=L/a.png src="L/a.png" alt=x>'),
    "no src, last attribute": (
        "<img data-src='a.png'>",
        "<img data-src='L/a.png' src=\"L/a.png\">",
    ),
    "empty src": ('<img src="" data-src="a.png">', '<img src="L/a.png" data-src="L/a.png">'),
    "src without value": ("<img src data-src=a.png>", '<img src="L/a.png" data-src=L/a.png>'),
    "src= without value": ("<img data-src=a.png src= >", '<img data-src=L/a.png src="L/a.png" >'),
    "template": (
        '<img src="{{ x }}" data-src="a.png">',
        '<img src="L/a.png" data-src="L/a.png">',
    ),
    "only a srcset": (
        "<img data-srcset='a.png 1x, b.png 2x'>",
        "<img data-srcset='L/a.png 1x, L/b.png 2x' src=\"L/a.png\">",
    ),
    "placeholder in srcset": (
        "<img src=c.png srcset='data:image/gif;base64,AA 1x' data-src=a.png>",
        "<img src=L/c.png srcset='L/a.png' data-src=L/a.png>",
    ),
    "placeholder in a source": (
        "<picture><source srcset='data:,x' data-srcset='a.png 1x, b.png 2x'><img src=c.png>",
        "<picture><source srcset='L/a.png' data-srcset='L/a.png 1x, L/b.png 2x'><img src=L/c.png>",
    ),
    "a source without srcset": (
        "<picture><source data-srcset='a.png'><img src=c.png></picture>",
        "<picture><source data-srcset='L/a.png'><img src=L/c.png></picture>",
    ),
    "real srcset": (
        "<img srcset='b.png 2x' data-src=a.png>",
        "<img srcset='L/b.png 2x' data-src=L/a.png>",
    ),
    "best of several": (
        '<img src="none.gif" zoomfile="big.png" file="a.png">',
        '<img src="L/a.png" zoomfile="L/big.png" file="L/a.png">',
    ),
    "in a srcdoc": (
        "<iframe srcdoc='<img data-src=a.png>'></iframe>",
        "<iframe srcdoc='<img data-src=L/a.png src=&quot;L/a.png&quot;>'></iframe>",
    ),
}


@pytest.mark.parametrize(("html", "expected"), LAZY.values(), ids=LAZY.keys())
def test_lazy_images_show(html, expected):
    assert rewrite(html) == expected


SMALL = {
    "a blurred copy": (
        "<img src=s.png data-src=a.png alt=x>",
        "<img src=L/a.png data-src=L/a.png alt=x>",
    ),
    "of a lazy srcset": (
        "<img src=' s.png ' data-srcset='a.png 1x, b.png 2x'>",
        "<img src=' L/a.png ' data-srcset='L/a.png 1x, L/b.png 2x'>",
    ),
    "a picture with a larger one for a viewer": (
        "<img src=s.png data-zoom-image=a.png>",
        "<img src=L/s.png data-zoom-image=L/a.png>",
    ),
    "the same picture": (
        "<img src=s.png data-src=s.png>",
        "<img src=L/s.png data-src=L/s.png>",
    ),
    "beside a base": (
        "<base href='/x/'><img src=s.png data-src=a.png>",
        "<base href=''><img src=L/a.png data-src=L/a.png>",
    ),
}


@pytest.mark.parametrize(("html", "expected"), SMALL.values(), ids=SMALL.keys())
def test_small_copies_give_way_to_the_real_image(html, expected):
    assert rewrite(html, small=("s.png",)) == expected


def test_a_small_copy_stays_while_the_real_image_is_lost():
    html = '<img src="s.png" data-src="a.png">'
    assert rewrite(html, lost=("a.png",), small=("s.png",)) == html.replace("s.", "L/s.")


def test_a_placeholder_stays_while_the_real_image_is_lost():
    html = '<img src="blank.gif" data-src="a.png"><img data-src="b.png">'
    expected = '<img src="L/blank.gif" data-src="a.png"><img data-src="b.png">'
    assert rewrite(html, lost=("a.png", "b.png")) == expected


BASE = {
    "quoted": (
        '<base href="/x/" target=t><img src=a.png>',
        '<base href="" target=t><img src=L/a.png>',
    ),
    "unquoted": (
        "<base href=/x/ target=t><img src=a.png>",
        '<base href="" target=t><img src=L/a.png>',
    ),
    "other relative URLs": (
        '<base href="/x/"><a href="p.html#s">1</a><a href="#s">2</a><script src=s.js></script>'
        '<a href="https://h/">3</a><a href="mailto:a@b">4</a><img src=a.png>',
        '<base href=""><a href="https://site.example/x/p.html#s">1</a><a href="#s">2</a>'
        "<script src=https://site.example/x/s.js></script>"
        '<a href="https://h/">3</a><a href="mailto:a@b">4</a><img src=L/a.png>',
    ),
    "fonts": (
        '<base href="/x/"><style>@font-face{src:url(f.woff2)}</style><img src=a.png>',
        '<base href=""><style>@font-face{src:url(https://site.example/x/f.woff2)}</style>'
        "<img src=L/a.png>",
    ),
    "escapes": (
        '<base href="/x/"><a href="p?a=1&amp;b=2">x</a><img src=a.png>',
        '<base href=""><a href="https://site.example/x/p?a=1&amp;b=2">x</a><img src=L/a.png>',
    ),
}


@pytest.mark.parametrize(("html", "expected"), BASE.values(), ids=BASE.keys())
def test_base_is_emptied(html, expected):
    assert rewrite(html) == expected


def test_lost_images_keep_their_meaning_without_the_base():
    html = '<base href="/x/"><img src="a.png"><img src="b.png?x=1&amp;y=2"><p style="b:url(c.png)">'
    expected = (
        '<base href=""><img src="L/a.png"><img src="https://site.example/x/b.png?x=1&amp;y=2">'
        '<p style="b:url(https://site.example/x/c.png)">'
    )
    assert rewrite(html, lost=("b.png?x=1&y=2", "c.png")) == expected


def test_nothing_changes_when_every_image_is_lost():
    html = '<base href="/x/"><meta http-equiv=Content-Security-Policy content=x><img src="a.png">'
    assert rewrite(html, lost=("a.png",)) == html


def test_a_relative_base_of_a_document_without_url():
    html = '<base href="../x/"><a href="p.html">1</a><img src="https://h.example/a.png">'
    expected = '<base href=""><a href="../x/p.html">1</a><img src="L/a.png">'
    assert rewrite(html, base_url=None) == expected


LOCAL = '<img src=a.png srcset="a.png 2x"><p style="c:url(a.png)"><a href=p.html><a href="?q">'
MOVED = (
    '<img src={0}a.png srcset="{0}a.png 2x"><p style="c:url({0}a.png)"><a href={0}p.html>'
    '<a href="{1}?q">'
)
LOCAL_BASES = {  # before relative URLs, before a query
    "/": ("/", "/"),
    "/x/": ("/x/", "/x/"),
    "sub/": ("sub/", "sub/"),
    "sub/page.html?a#/b": ("sub/", "sub/page.html"),
    "..": ("../", ".."),
    "a b/": ("a%20b/", "a%20b/"),
    "page.html": ("", "page.html"),
    "": ("", ""),
    "#top": ("", ""),
}


@pytest.mark.parametrize(("base", "before"), LOCAL_BASES.items(), ids=LOCAL_BASES.keys())
def test_local_images_stay_as_relative_as_they_were(base, before):
    """Where the document lies on this machine is not written into it."""
    html, rest = '<base href="{}">{}', '<img src="/r.png"><a href="/r"><img src={}>'
    before = html.format("", MOVED.format(*before) + rest.format("L/h.png"))
    html = html.format(base, LOCAL + rest.format("https://h.example/h.png"))
    lost = ("a.png", "r.png")
    assert rewrite(html, lost, base_url="file:///home/me/site/posts/x.html") == before


def test_a_base_with_characters_that_the_encoding_lacks():
    html = "<meta charset=latin1><base href='&#22270;\xe9/'><img src=https://h/a.png><a href=p>"
    expected = "<meta charset=latin1><base href=''><img src=L/a.png><a href=&#22270;\xe9/p>"
    assert rewrite(html, base_url=None, encoding="latin1") == expected


def test_the_policy_is_disarmed():
    html = '<meta http-equiv="Content-Security-Policy" content="x"><img src=a.png>'
    expected = '<meta http-equiv="x-archived-content-security-policy" content="x"><img src=L/a.png>'
    assert rewrite(html) == expected


def test_cross_origin_checks_are_disarmed():
    html = "<img crossorigin src=a.png integrity='sha256-A'><script src=s.js integrity=x></script>"
    expected = (
        "<img data-crossorigin src=L/a.png data-integrity='sha256-A'>"
        "<script src=s.js integrity=x></script>"
    )
    assert rewrite(html) == expected
    assert rewrite(html, lost=("a.png",)) == html


LARGEST = {
    "widths": (
        "<img srcset=' a.png 300w, b.png 900w , c.png 600w '>",
        "<img srcset=' L/b.png 900w '>",
    ),
    "densities": ("<img srcset='a.png, b.png 2x'>", "<img srcset='L/b.png 2x'>"),
    "one entry": ("<img srcset='a.png 2x'>", "<img srcset='L/a.png 2x'>"),
    "the largest is none": ("<img srcset='a.png, x:y 9x'>", "<img srcset='L/a.png'>"),
    "the largest is in the document": (
        "<img srcset='data:image/gif;base64,AA 900w, a.png 600w, b.png 300w'>",
        "<img srcset='L/a.png 600w'>",
    ),
    "the larger ones cannot be asked for": (
        "<source srcset='https://[x/d.png 4x, b.png 1.5x, https://h:99999/c.png 3x, a.png 2x'>",
        "<source srcset='L/a.png 2x'>",
    ),
    "the first of equals": (
        "<img srcset='x:y 2x, a.png 2x, b.png 2x'>",
        "<img srcset='L/a.png 2x'>",
    ),
    "none can be asked for": (
        "<img srcset='x:y 2x, data:,a 1x'>",
        "<img srcset='x:y 2x, data:,a 1x'>",
    ),
    "a template's may be larger": (
        "<img srcset='{{ large }} 2x, a.png 1x, b.png'>",
        "<img srcset='{{ large }} 2x, L/a.png 1x, L/b.png'>",
    ),
    "lazy": (
        "<img data-srcset='x:y 2x, a.png' src=b.png>",
        "<img data-srcset='L/a.png' src=L/b.png>",
    ),
}


@pytest.mark.parametrize(("html", "expected"), LARGEST.values(), ids=LARGEST.keys())
def test_only_the_largest_entry_of_a_srcset(html, expected):
    assert rewrite(html, srcset="largest") == expected
    assert rewrite(html, lost=("a.png", "b.png"), srcset="largest") == html


def test_a_list_whose_largest_is_lost_keeps_its_meaning():
    html = "<base href='/x/'><img srcset='a.png 1x, x:y 3x, b.png 2x'><img src=c.png>"
    expected = (
        "<base href=''><img srcset='https://site.example/x/a.png 1x, x:y 3x, "
        "https://site.example/x/b.png 2x'><img src=L/c.png>"
    )
    assert rewrite(html, lost=("a.png", "b.png"), srcset="largest") == expected


def test_the_largest_is_taken_out_of_the_document():
    html = "<img srcset='a.png 1x, data:image/gif;base64,AA 2x'>"
    changed = rewrite(html, srcset="largest", data_urls="extract")
    assert re.fullmatch("<img srcset='L/gif;sha256=[0-9a-f]{64} 2x'>", changed)


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "cp932", "iso2022_jp"])
def test_adjustments_are_written_in_the_encoding_of_the_document(encoding):
    label = {"cp932": "shift_jis", "iso2022_jp": "iso-2022-jp"}.get(encoding, encoding)
    html = f"<meta charset={label}><title>日本</title><img data-src=a.png alt='日'>"
    expected = (
        f"<meta charset={label}><title>日本</title><img data-src=L/a.png src=\"L/a.png\" alt='日'>"
    )
    assert rewrite(html, encoding=encoding) == expected
