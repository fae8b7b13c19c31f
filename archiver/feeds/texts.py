"""Texts of a feed made plain."""

from __future__ import annotations

import html
import re

import nh3

_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]+);")
_LONE = re.compile("[\ud800-\udfff]")
_BARE_ADDRESS = re.compile(r"\A\s*([^\s@]+)@[^\s@]+\.[^\s@]+\s*\Z")
_ADDRESS = re.compile(r"\S+@\S+\s*\((?P<name>[^()]+)\)|(?P<other>[^<>]+?)\s*<[^<>\s]+@[^<>\s]+>")


def clean_text(text: str) -> str:
    """*text* as it can be encoded: half a surrogate pair stands for nothing."""
    return _LONE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """*text* with every run of white space as one blank, none at its ends.

    >>> one_line(" a\\n b ")
    'a b'
    """
    return " ".join(clean_text(text).split())


def text_of_html(markup: str) -> str:
    """What a browser would show of *markup*, in one line.

    >>> text_of_html("A <b>bold</b> &amp; wild<script>x</script> title")
    'A bold & wild title'
    """
    return one_line(html.unescape(nh3.clean(markup, tags=set())))


def text_of_title(value: str, is_html: bool, is_loose: bool) -> str:
    """The text of a title.

    Args:
        is_loose: whether the format leaves open if it is HTML (RSS): references are then undone
            that were written twice (``AT&amp;amp;T``).
    """
    if is_html:
        return text_of_html(value)
    return one_line(html.unescape(value) if is_loose and _ENTITY.search(value) else value)


def name_of(author: str) -> str:
    """The name of a person, without a mail address beside it; of a bare address what is before @.

    >>> name_of("me@x.example (Me)"), name_of("Me <me@x.example>"), name_of("it@x.example")
    ('Me', 'Me', 'it')
    """
    match = _ADDRESS.fullmatch(author.strip())
    if match is None:
        return one_line(_BARE_ADDRESS.sub(r"\1", author))
    return one_line(match["name"] or match["other"])


def html_of_text(text: str) -> str:
    """Plain text as HTML: a paragraph for each that an empty line ends.

    >>> html_of_text("a < b\\n\\nc")
    '<p>a &lt; b</p>\\n<p>c</p>'
    """
    paragraphs = re.split(r"\n[ \t]*\n\s*", text.replace("\r\n", "\n").strip())
    lines = ("<br>\n".join(html.escape(p, quote=False).split("\n")) for p in paragraphs if p)
    return "\n".join(f"<p>{line}</p>" for line in lines)
