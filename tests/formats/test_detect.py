"""Which format a document has."""

import pytest

from archiver.formats import (
    FORMATS,
    ReadingSettings,
    detect_format,
    read_document,
    reader,
    tell_format,
)

BY_BYTES = {
    "doctype": (b"\n<!DOCTYPE html><p>", "html"),
    "a piece of HTML": (b"<div>a</div>", "html"),
    "comment, then HTML": (b"<!-- x --><html>", "html"),
    "XHTML": (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html>', "html"),
    "UTF-16": ("\ufeff<html>".encode("utf-16-le"), "html"),
    "RSS": (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x --><rss version="2.0">', "feed"),
    "Atom": (b'<feed xmlns="http://www.w3.org/2005/Atom">', "feed"),
    "Atom with a prefix": (b'<a:feed xmlns:a="http://www.w3.org/2005/Atom">', "feed"),
    "RDF": (b"<rdf:RDF>", "feed"),
    "JSON Feed": (b'{"version": "https:\\/\\/jsonfeed.org/version/1", "items": []}', "feed"),
    "SVG": (b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "<b>">]><svg xmlns="x">', "svg"),
    "CSS": (b"/* x */ .a > b { color: red }", "stylesheet"),
    "CSS rule": (b'@charset "utf-8";', "stylesheet"),
    "front matter": (b"---\na: b\n---\n<p>", "markdown"),
    "blank line and front matter": (b"\n---\na: b\n---\n", "markdown"),
    "JSON front matter": (b'{"title": "x"}\n\ntext', "markdown"),
    "Markdown": (b"# Hello\n\n![a](b.png)", "markdown"),
    "empty": (b"", "markdown"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0", None),
}


@pytest.mark.parametrize(("data", "name"), BY_BYTES.values(), ids=BY_BYTES.keys())
def test_by_bytes(data, name):
    assert detect_format(data, None) == name


BY_SUFFIX = {
    ".md": (b"<p>", "markdown"),
    ".MARKDOWN": (b"", "markdown"),
    ".html": (b"# x", "html"),
    ".css": (b"", "stylesheet"),
    ".svg": (b"", "svg"),
    ".xml": (b"<rss>", "feed"),
    ".atom": (b"<feed>", "feed"),
    ".rss": (b"<p>", None),
    ".json": (b'{"version": "https://jsonfeed.org/version/1.1"}', "feed"),
    ".txt": (b"# Hello", None),
}


@pytest.mark.parametrize(("suffix", "case"), BY_SUFFIX.items(), ids=BY_SUFFIX.keys())
def test_by_suffix(suffix, case):
    data, name = case
    assert detect_format(data, suffix) == name


def test_a_file_of_unknown_suffix_is_told_by_its_bytes():
    assert tell_format(b"<rss>", ".txt") == "feed"
    assert tell_format(b"{}", ".json") is None


def test_every_format_has_a_reader():
    for name in FORMATS:
        assert reader(name)(b"", None, ReadingSettings()).format == name


def test_an_unknown_format_is_refused_by_name():
    with pytest.raises(ValueError, match="expected one of feed, html"):
        read_document(b"", format="docx")


def test_bytes_of_no_format_are_refused():
    with pytest.raises(ValueError, match="cannot be told"):
        read_document(b"\0")
