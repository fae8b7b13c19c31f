r"""The URLs of a style sheet (CSS Syntax 3): a scanner, as no CSS parser tells where values lie.

It walks the tokens and keeps a stack of what is open: a string is a URL only directly inside
``url(`` or ``image-set(`` or as the first thing of ``@import``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from archiver.syntax.escapes import CSS_STRING, CSS_URL, Codec
from archiver.syntax.patterns import compile_pattern

_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}+(?:\r\n|[ \t\n\r\f])?|[^0-9a-fA-F\n\r\f])"
_STRING_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}+(?:\r\n|[ \t\n\r\f])?|\r\n|[^0-9a-fA-F])"
_SPACE = r"[ \t\n\r\f]"
_DOUBLE = rf'(?:[^"\\\n\r\f]++|{_STRING_ESCAPE}|\\\Z)*+'
_SINGLE = rf"(?:[^'\\\n\r\f]++|{_STRING_ESCAPE}|\\\Z)*+"
_TOKEN = compile_pattern(
    rf"""
      /\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)
    | (?P<string>"(?P<double>{_DOUBLE})(?:"|\Z)|'(?P<single>{_SINGLE})(?:'|\Z))
    | "{_DOUBLE}|'{_SINGLE}  # ended by its line: a bad string
    | <!--|-->
    | (?P<name>[@\#]?(?:[-\w\u0080-\U0010ffff]|{_ESCAPE})++)(?P<call>\()?
    | {_SPACE}++
    | (?P<mark>[(){{}}\[\];:])
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_UNQUOTED = compile_pattern(
    rf"{_SPACE}*+(?P<url>(?:[^\"'()\\ \t\n\r\f\x00-\x08\x0b\x0e-\x1f\x7f]|{_ESCAPE})*+)"
    rf"{_SPACE}*+(?:\)|\Z)"
)
_QUOTE_FOLLOWS = compile_pattern(rf"{_SPACE}*+[\"']")
_BAD_URL = compile_pattern(r"(?:[^)\\]++|\\.)*+\)?", re.DOTALL)
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_MAY_HAVE_URLS = compile_pattern(r"url|import|image-set|src\(|\\", re.IGNORECASE)
_IMAGE_SETS = ("image-set", "-webkit-image-set")


class CssUrl(NamedTuple):
    """``text[start:end]`` is a URL, written as *codec* says.

    `place` is ``url``, ``image-set``, ``import``, or ``font`` (a source of ``@font-face``).
    """

    start: int
    end: int
    place: str
    codec: Codec


class _Scan:
    """Where in the sheet the scanner stands."""

    def __init__(self) -> None:
        self.open: list[tuple[str, str]] = []  # closing mark, function or at-rule name
        self.rule = ""  # the at-rule whose prelude this is
        self.is_first = False  # nothing of the prelude has been seen

    def close(self, mark: str) -> None:
        """A closing mark closes what it opened; a stray one means nothing."""
        if self.open and self.open[-1][0] == mark:
            self.open.pop()
            if mark == "}":
                self.rule = ""

    def opened(self, mark: str, name: str = "") -> None:
        if mark == "{":
            name, self.rule = self.rule, ""
        self.open.append((_CLOSED_BY[mark], name))

    def place(self) -> str | None:
        """What a URL standing here is for; None: for nothing that is fetched."""
        if self.rule in ("@namespace", "@document", "@-moz-document"):
            return None
        if self.rule == "@import":
            return "import" if self.is_first else None
        if any(name in _IMAGE_SETS for _, name in self.open[-3:]):
            return "image-set"
        return "font" if any(name == "@font-face" for _, name in self.open[-2:]) else "url"

    def string_place(self) -> str | None:
        """What a string standing here is for."""
        name = self.open[-1][1] if self.open else ""
        if name in ("url", "src", *_IMAGE_SETS):
            return self.place()
        is_import = self.rule == "@import" and self.is_first and not self.open
        return "import" if is_import else None


def find_css_urls(text: str) -> Iterator[CssUrl]:
    """The URLs of a style sheet or a ``style`` attribute, in order; empty ones are left out.

    >>> text = "a{background:url( x.png ) /* url(y) */;content:'z.png'}"
    >>> [text[u.start:u.end] for u in find_css_urls(text)]
    ['x.png']
    """
    if _MAY_HAVE_URLS.search(text):
        yield from (url for url in _scan(text) if url.end > url.start)


def _scan(text: str) -> Iterator[CssUrl]:
    scan = _Scan()
    place = 0
    while token := _TOKEN.match(text, place):
        place = token.end()
        if token["string"]:
            use = scan.string_place()
            if use:
                group = "single" if token["double"] is None else "double"
                yield CssUrl(*token.span(group), use, CSS_STRING)
            scan.is_first = False
        elif token["name"]:
            name = CSS_STRING.decode(token["name"])[0].lower()
            if token["call"] and name == "url" and not _QUOTE_FOLLOWS.match(text, place):
                use = scan.place()
                match = _UNQUOTED.match(text, place)
                if match and use:
                    yield CssUrl(*match.span("url"), use, CSS_URL)
                place = (match or _BAD_URL.match(text, place) or token).end()
                scan.is_first = False
            else:
                _take_name(scan, name, bool(token["call"]))
        elif token["mark"]:
            _take_mark(scan, token["mark"])
        elif not token[0].isspace() and not token[0].startswith("/*"):
            scan.is_first = False


def _take_name(scan: _Scan, name: str, is_call: bool) -> None:
    if is_call:
        scan.opened("(", name)
        scan.is_first = scan.is_first and name in ("url", "src")
    elif name.startswith("@"):
        scan.rule, scan.is_first = name, True
    else:
        scan.is_first = False


def _take_mark(scan: _Scan, mark: str) -> None:
    if mark in _CLOSED_BY:
        scan.opened(mark)
    elif mark == ";":
        if not scan.open or scan.open[-1][0] == "}":
            scan.rule = ""
    else:
        scan.close(mark)
    scan.is_first = False
