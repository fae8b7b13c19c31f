"""Which format a document has."""

from __future__ import annotations

import re

from archiver.syntax.patterns import compile_pattern

_HEAD = 4096  # bytes looked at; a root element stands in the first few hundred
_BY_SUFFIX = {
    ".md": "markdown", ".markdown": "markdown", ".mdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".css": "stylesheet",
    ".svg": "svg",
}  # fmt: skip
_BY_ROOT = {
    "rss": "feed", "feed": "feed", "rdf": "feed", "channel": "feed", "svg": "svg", "html": "html",
}  # fmt: skip
_PROLOGUE = compile_pattern(
    r"(?:\s++|<\?[^>]*+>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*+)?>)*+",
    re.DOTALL | re.IGNORECASE,
)
_ROOT = compile_pattern(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]")
_HTML_DOCTYPE = compile_pattern(r"<!doctype\s+html", re.IGNORECASE)
_JSON_FEED = compile_pattern(r'\{.*?"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org', re.DOTALL)
_FRONT_MATTER = compile_pattern(r"(?:---|\+\+\+|;;;)[ \t]*[\r\n]")
_CSS = compile_pattern(
    r"(?:/\*.*?\*/|\s)*+(?:@(?:charset|import|media|font-face|namespace|layer|supports|keyframes)\b"
    r"|(?!>)[^{}<;`!]{1,500}\{\s*(?:[\w-]+\s*:|\}|/\*))",
    re.DOTALL,
)
_XML_SUFFIXES = (".xml", ".rss", ".atom", ".rdf")
SUFFIXES = frozenset((*_BY_SUFFIX, *_XML_SUFFIXES, ".json"))
"""Of file names that may be documents, in lower case."""


def detect_format(data: bytes, suffix: str | None) -> str | None:
    """The name of the format of *data*; None: it is no document of ours.

    Args:
        suffix: of the file name, with its dot; None: only the bytes can tell.

    >>> detect_format(b"<rss version='2.0'>", ".xml"), detect_format(b"# Hello", None)
    ('feed', 'markdown')
    """
    known = _BY_SUFFIX.get(suffix.lower()) if suffix else None
    if known:
        return known
    head = _head(data)
    if suffix and suffix.lower() in _XML_SUFFIXES:
        return _by_root(head)
    if suffix and suffix.lower() == ".json":
        return "feed" if _JSON_FEED.match(head) else None
    return None if suffix else _by_content(head)


def tell_format(data: bytes, suffix: str) -> str | None:
    """The format of a file that was named or found: by its suffix, else by its bytes.

    >>> tell_format(b"# Hello", ".txt"), tell_format(b"{}", ".json")
    ('markdown', None)
    """
    return detect_format(data, suffix if suffix.lower() in SUFFIXES else None)


def is_xhtml(data: bytes, suffix: str) -> bool:
    """Whether a document of format ``html`` is XML to a browser that opens the file.

    >>> is_xhtml(b"<html>", ".xhtml"), is_xhtml(b"<?xml version='1.0'?>", ".html")
    (True, True)
    """
    return suffix.lower() == ".xhtml" or _head(data).startswith("<?xml")


def _head(data: bytes) -> str:
    from archiver.syntax.text import Text  # not for a run that opens no document

    encoding = "utf-8"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16-le" if data[:1] == b"\xff" else "utf-16-be"
    return Text.from_bytes(data[:_HEAD], encoding).text.lstrip("\ufeff \t\r\n\f")


def _by_root(head: str) -> str | None:
    prologue = _PROLOGUE.match(head)
    root = _ROOT.match(head, prologue.end() if prologue else 0)
    return _BY_ROOT.get(root[1].lower()) if root else None


def _by_content(head: str) -> str | None:
    if "\0" in head:
        return None
    if _HTML_DOCTYPE.search(head) and head.startswith("<"):
        return "html"
    if head.startswith("<"):
        return _by_root(head) or "html"
    if _JSON_FEED.match(head):
        return "feed"
    if not _FRONT_MATTER.match(head) and not head.startswith("{") and _CSS.match(head):
        return "stylesheet"
    return "markdown"
