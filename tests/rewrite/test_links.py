"""Links to local copies, judged by a browser's rules for URLs."""

import os
import re
from urllib.parse import quote_from_bytes, unquote_to_bytes

import ada_url
import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archiver.rewrite.links import RewriteSettings, prefixed_link, relative_link

BLOB = "archive/assets/ab/abcd.png"
RELATIVE = {
    "beside": ("post.md", BLOB, b"archive/assets/ab/abcd.png"),
    "one folder down": ("posts/a.md", BLOB, b"../archive/assets/ab/abcd.png"),
    "inside the archive": ("archive/gallery/a.html", BLOB, b"../assets/ab/abcd.png"),
    "in the same folder": ("archive/assets/ab/a.html", BLOB, b"abcd.png"),
    "a document's odd folder": ("图 片/a&b#%?/post.md", BLOB, b"../../archive/assets/ab/abcd.png"),
    "bytes that are no text": (b"\xff/post.md", BLOB, b"../archive/assets/ab/abcd.png"),
    "an archive in CJK": ("post.md", "归档/a.png", b"./%E5%BD%92%E6%A1%A3/a.png"),
    "an archive with signs": ("post.md", "a b&c'd\"e/x.png", b"a%20b%26c%27d%22e/x.png"),
    "an archive like a scheme": ("post.md", "data:x/y.png", b"data%3Ax/y.png"),
    "an archive with a dot": ("post.md", ".archive/x.png", b".archive/x.png"),
    "an archive with a tilde": ("post.md", "~/x.png", b"./~/x.png"),
    "a dash first": ("post.md", "-a/x.png", b"./-a/x.png"),
    "a percent sign is a character": ("p.md", "a%20b/x.png", b"a%2520b/x.png"),
    "dots in the middle": ("a/./b/../post.md", BLOB, b"../archive/assets/ab/abcd.png"),
    "both outside": ("../x/post.md", "../y/a.png", b"../y/a.png"),
    "further up": ("../../x/post.md", "../../y/a.png", b"../y/a.png"),
    "both absolute": ("/home/me/post.md", "/srv/a.png", b"../../srv/a.png"),
}


@pytest.mark.parametrize(("document", "target", "expected"), RELATIVE.values(), ids=RELATIVE.keys())
def test_relative_link(document, target, expected):
    assert relative_link(document, target) == expected


@pytest.mark.parametrize("target", [BLOB, "../y/a.png"])
def test_a_document_further_out_than_the_file_is_refused(target):
    with pytest.raises(ValueError, match="outside"):
        relative_link("../../post.md", target)


segments = st.binary(min_size=1, max_size=12).filter(
    lambda b: b not in (b".", b"..") and b"/" not in b and b"\0" not in b
)
paths = st.lists(segments, min_size=1, max_size=4).map(b"/".join)


@given(paths, paths)
def test_a_browser_finds_the_file(document, target):
    target += b"/a.png"
    link = relative_link(document, os.fsdecode(target)).decode("ascii")
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", link)
    base = "http://host/" + quote_from_bytes(document)
    found = ada_url.URL(link, base)
    assert found.host == "host"
    assert unquote_to_bytes(found.pathname) == b"/" + target
    assert yaml.safe_load(f"a: {link}") == {"a": link}


def test_the_longest_name_and_a_shared_folder_resolve_in_a_browser():
    link = relative_link("a/b/c/post.md", "a/b/x y/p.png").decode()
    assert ada_url.URL(link, "http://host/a/b/c/post.md").href == "http://host/a/b/x%20y/p.png"


PREFIXES = {
    "none": ("", True),
    "a folder of the site": ("/archive/", True),
    "the site itself": ("/", True),
    "another host": ("https://cdn.example/a/", True),
    "another host and port": ("https://cdn.example:8443/", True),
    "the same scheme": ("//cdn.example/a/", True),
    "a relative folder": ("images/", True),
    "up": ("../archive/", True),
    "no slash at the end": ("/archive", False),
    "a script": ("javascript:alert(1)/", False),
    "data": ("data:image/", False),
    "a quote": ('/a"b/', False),
    "a space": ("/a b/", False),
    "a template": ("{{ site.url }}/", False),
    "a query": ("/a/?x=/", False),
    "CJK": ("/归档/", False),
    "a new line": ("/a/\n", False),
}


@pytest.mark.parametrize(("prefix", "is_good"), PREFIXES.values(), ids=PREFIXES.keys())
def test_link_prefix(prefix, is_good):
    if is_good:
        assert msgspec.convert({"link_prefix": prefix}, RewriteSettings).link_prefix == prefix
        link = prefixed_link(prefix, "assets/ab/a b.png").decode()
        assert link == f"{prefix}assets/ab/a%20b.png"
        assert re.fullmatch(r"[A-Za-z0-9._~/:%-]+", link)
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"link_prefix": prefix}, RewriteSettings)
