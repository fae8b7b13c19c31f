"""URLs as a browser makes them."""

import pytest

from archiver.syntax.urls import encode_query, is_relative, resolve, url_bounds

PAGE = "https://site.example/post/2020/p.html"
RESOLVED = {
    "relative": ("a.png", PAGE, "https://site.example/post/2020/a.png"),
    "dot segments": ("../../up/./d.png", PAGE, "https://site.example/up/d.png"),
    "backslashes": ("..\\shots\\e.png", PAGE, "https://site.example/post/shots/e.png"),
    "backslash host": ("\\\\img.example\\f.png", PAGE, "https://img.example/f.png"),
    "case and port": ("HTTPS://IMG.Example:443/g.png", PAGE, "https://img.example/g.png"),
    "white space": (" ht\ttps://h.example/b\n.png ", PAGE, "https://h.example/b.png"),
    "fragment": ("s.svg#icon", PAGE, "https://site.example/post/2020/s.svg"),
    "only a fragment": ("#icon", PAGE, None),
    "empty": (" \n", PAGE, None),
    "escapes stay": ("%c3%A9%20+.png", PAGE, "https://site.example/post/2020/%c3%A9%20+.png"),
    "encoded once": ("été 1.png", PAGE, "https://site.example/post/2020/%C3%A9t%C3%A9%201.png"),
    "data": ("data:image/png;base64,AA", PAGE, None),
    "javascript": ("javascript:x()", PAGE, None),
    "blob": ("blob:https://h/1", PAGE, None),
    "file": ("file:///tmp/f.png", "file:///tmp/p.html", None),
    "drive": ("C:\\pics\\w.png", PAGE, None),
    "broken host": ("https://a b/x.png", PAGE, None),
    "template": ("{{ site.cdn }}/k.png", PAGE, None),
    "template width": ("https://h.example/s_{width}x.jpg", PAGE, None),
    "no base, absolute": ("http://h.example/a.png", None, "http://h.example/a.png"),
    "no base, two slashes": ("//h.example/a.png", None, "https://h.example/a.png"),
    "no base, no slashes": ("https:h.example/a.png", None, "https://h.example/a.png"),
    "no base, one slash": ("HTTPS:/h.example/a.png", None, "https://h.example/a.png"),
    "no slashes, relative to a page": ("https:a.png", PAGE, "https://site.example/post/2020/a.png"),
    "relative to a page without TLS": ("a.png", "http://h.example/p/", "http://h.example/p/a.png"),
    "relative to what is not fetched": ("a.png", "ftp://h.example/p/", None),
    "no base, relative": ("a.png", None, None),
    "no base, rooted": ("/a.png", None, None),
    "local": ("img/a b.png?x", "file:///s/p.md", "file:///s/img/a%20b.png?x"),
    "two slashes in a local page": (
        "//h.example/a.png",
        "file:///s/p.md",
        "https://h.example/a.png",
    ),
    "absolute in a local page": ("http://h.example/", "file:///s/p.md", "http://h.example/"),
    "undecodable byte": ("caf\udce9.png", PAGE, "https://site.example/post/2020/caf%E9.png"),
    "query without an encoding": ("?é", "https://h.example/", "https://h.example/?%C3%A9"),
    "half a surrogate pair": (
        "a\ud83d.png",
        "https://h.example/",
        "https://h.example/a%EF%BF%BD.png",
    ),
    "international host": ("https://bücher.example/a", None, "https://xn--bcher-kva.example/a"),
    "a URL in the query": (
        "https://proxy.example/?http://image.host/x.jpg",
        None,
        "https://proxy.example/?http://image.host/x.jpg",
    ),
}


@pytest.mark.parametrize(("raw", "base", "url"), RESOLVED.values(), ids=RESOLVED.keys())
def test_resolve(raw, base, url):
    assert resolve(raw, base) == url


QUERIES = {
    "utf-8": ("é", "utf-8", "%C3%A9"),
    "gbk": ("n=图", "gb18030", "n=%CD%BC"),
    "not in the encoding": ("é€图", "cp1252", "%E9%80%26%2322270%3B"),
    "utf-16 as utf-8": ("é", "utf-16-le", "%C3%A9"),
    "trail bytes that are ASCII": ("誠", "gb18030", "%D5\\"),
    "a trail byte ~": ("亊", "gb18030", "%81~"),
    "escape sequences": ("¥", "iso2022_jp", "%1B(J\\%1B(B"),
    "bytes that queries escape": ("\u3000Ａ", "iso2022_jp", "%1B$B!!%23A%1B(B"),
}


@pytest.mark.parametrize(("query", "encoding", "encoded"), QUERIES.values(), ids=QUERIES.keys())
def test_encode_query(query, encoding, encoded):
    assert encode_query(query, encoding) == encoded


def test_only_the_query_takes_the_encoding_of_the_page():
    url = resolve("图?图?图", "https://h.example/", "gb18030")
    assert url == "https://h.example/%E5%9B%BE?%CD%BC?%CD%BC"


BOUNDS = {
    "plain": ("a.png", (0, 5)),
    "outer white space": ("\n a.png\t", (2, 7)),
    "fragment": ("a.svg#b", (0, 5)),
    "blank before the fragment": ("a.svg #b ", (0, 6)),
    "two hash signs": ("a.svg#b#c", (0, 5)),
    "control characters": ("\x01a.png\x1f", (1, 6)),
    "white space that a URL may hold": ("\u3000a.png\xa0", (0, 7)),
    "nothing": ("  ", (2, 2)),
}


@pytest.mark.parametrize(("text", "bounds"), BOUNDS.values(), ids=BOUNDS.keys())
def test_url_bounds(text, bounds):
    assert url_bounds(text) == bounds


LEADS = {
    "": False,
    "a.html": True,
    "/a.html": True,
    "//h/a.html": True,
    "?page=2": True,
    "a#top": True,
    "#top": False,
    "https://h/a.html": False,
    "mailto:me@h": False,
    "{{ page.url }}": False,
}


@pytest.mark.parametrize(("url", "expected"), LEADS.items(), ids=LEADS.keys())
def test_what_leads_elsewhere_from_another_document(url, expected):
    assert is_relative(url) is expected
