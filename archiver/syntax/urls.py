r"""The URL a browser would ask for (WHATWG URL standard, by `ada-url`).

The standard has the query encoded by the document's encoding; `ada-url` takes text only, so that
part is done here. Characters that stand for undecodable bytes (U+DCxx, see `text`) are written as
those bytes: where a page lies about its encoding, they are what its server understands.
"""

from __future__ import annotations

import re

import ada_url

from archiver.syntax.patterns import compile_pattern

_OUTER = "".join(map(chr, range(0x21)))  # C0 controls and space, stripped at both ends
_DROPPED = str.maketrans("", "", "\t\n\r")
_SCHEME = compile_pattern(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HTTP = compile_pattern(r"https?:", re.IGNORECASE)
_NETWORK_PATH = compile_pattern(r"[/\\]{2}")
_NON_ASCII = compile_pattern(r"[^\x00-\x7f]+")
_BYTES = compile_pattern("[\udc00-\udcff]")
_LONE = compile_pattern("[\ud800-\udfff]")
_TEMPLATE = compile_pattern(r"\{\{|\}\}|\{%|<%|\$\{|\{[A-Za-z_]\w*\}|\[\[|<\?php")
# An absolute URL that the standard leaves as it is: most URLs of most documents.
_CANONICAL = compile_pattern(
    r"https?://(?!(?:[^/]*\.)?xn--)(?:[a-z0-9-]{1,63}+\.)++[a-z][a-z0-9-]{1,62}+"
    r"(?:/(?!\.|%2[eE])[A-Za-z0-9_~!$&'()*+,;=:@%.-]*+)++"
    r"(?:\?[A-Za-z0-9_~!$&()*+,;=:@%/?.-]*+)?"
)
_QUERY_KEPT = frozenset(range(0x21, 0x7F)) - frozenset(b"\"#<>'")


def url_bounds(text: str) -> tuple[int, int]:
    """Where the URL in *text* lies, without outer white space and without ``#fragment``.

    >>> url_bounds(" sprite.svg#icon ")
    (1, 11)
    """
    stripped = text.lstrip(_OUTER)
    start = len(text) - len(stripped)
    end = start + len(stripped.rstrip(_OUTER))
    fragment = text.find("#")
    return start, end if fragment < 0 else fragment


def is_canonical(text: str) -> bool:
    """Whether *text* is a URL that the standard leaves as it is, without fragment or white space.

    False says nothing: only the usual ones are known at a glance.
    """
    return _CANONICAL.fullmatch(text) is not None


def is_template(text: str) -> bool:
    """Whether *text* still waits for a template engine or a script.

    >>> is_template("https://img.example/{width}x.jpg"), is_template("https://img.example/{1-2}.jpg")
    (True, False)
    """
    return _TEMPLATE.search(text) is not None


def is_relative(url: str) -> bool:
    """Whether what *url* leads to depends on its document's URL; not so ``#top`` and templates.

    >>> is_relative("a.html"), is_relative("//h/a.html"), is_relative("#a"), is_relative("x:y")
    (True, True, False, False)
    """
    return bool(url) and url[0] != "#" and not _SCHEME.match(url) and not is_template(url)


def resolve(raw_url: str, base_url: str | None, encoding: str = "utf-8") -> str | None:
    r"""The absolute URL of an image that *raw_url* names, without fragment; None: it names none.

    Args:
        raw_url: as the document has it, its escapes undone.
        base_url: what it is relative to; with None only absolute URLs name something. With a
            ``file:`` URL relative ones give ``file:`` URLs: local images.
        encoding: Python's codec of the document.

    >>> resolve("..\\shots\\e.png", "https://site.example/post/2020/p.html")
    'https://site.example/post/shots/e.png'
    >>> resolve("//img.example/a b.png#x", None)
    'https://img.example/a%20b.png'
    """
    if _CANONICAL.fullmatch(raw_url):
        return raw_url
    start, end = url_bounds(raw_url)
    url = raw_url[start:end].translate(_DROPPED)
    if not url or is_template(url):
        return None
    if _SCHEME.match(url) and not _HTTP.match(url):
        return None  # data:, mailto:, javascript:, blob:, about:, file:, C:\
    base = _base(url, base_url)
    return None if base is None else _join(url, base, encoding)


def resolve_base(raw_url: str, base_url: str | None) -> str | None:
    """What a ``<base href>`` or ``xml:base`` makes of the document's URL."""
    return resolve(raw_url, base_url) or base_url


def _base(url: str, base_url: str | None) -> str | None:
    if _HTTP.match(url) and base_url is None:
        return "about:blank"  # nothing is relative to it; ada wants a base all the same
    if _NETWORK_PATH.match(url) and (base_url is None or base_url.startswith("file:")):
        return "https://invalid/"  # for its scheme
    return base_url


def _join(url: str, base: str, encoding: str) -> str | None:
    path, mark, query = url.partition("?")
    if not url.isascii():
        path = _percent_bytes(path)
        query = encode_query(query, encoding)
    try:
        joined = ada_url.join_url(base, path + mark + query)
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://", "file://")) else None


def encode_query(query: str, encoding: str) -> str:
    """*query* with its non-ASCII characters as percent-encoded bytes of *encoding*.

    What the encoding lacks becomes ``%26%23…%3B``, a percent-encoded character reference; UTF-16
    pages encode as UTF-8 (WHATWG Encoding, "get an output encoding").
    """
    codec = "utf-8" if encoding.startswith("utf") else encoding
    return _NON_ASCII.sub(lambda match: _encode_run(match[0], codec), _percent_bytes(query))


def _encode_run(text: str, codec: str) -> str:
    try:
        return _percent(text.encode(codec))
    except UnicodeEncodeError:
        return "".join(_encode_character(char, codec) for char in text)


def _encode_character(char: str, codec: str) -> str:
    try:
        return _percent(char.encode(codec))
    except UnicodeEncodeError:
        return f"%26%23{ord(char)}%3B"


def _percent(data: bytes) -> str:
    return "".join(chr(byte) if byte in _QUERY_KEPT else f"%{byte:02X}" for byte in data)


def _percent_bytes(text: str) -> str:
    text = _BYTES.sub(lambda match: f"%{ord(match[0]) - 0xDC00:02X}", text)
    return _LONE.sub("\ufffd", text)
