r"""How characters are written inside other grammars, and what they stand for.

A `Codec` decodes a raw string and tells where the two differ: one `Segment` for each escape;
between segments the characters are one to one. Nothing is ever encoded: the links we write need no
escapes.

Grammars: WHATWG HTML (character references in attributes), XML 1.0, CSS Syntax 3, CommonMark 0.31,
YAML 1.2 flow scalars, TOML 1.0, RFC 8259.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.entities import html5
from typing import NamedTuple

REPLACEMENT_CHARACTER = "\ufffd"


class Segment(NamedTuple):
    """``text[text_start:text_end]`` is written as ``raw[raw_start:raw_end]``."""

    text_start: int
    text_end: int
    raw_start: int
    raw_end: int


@dataclass(frozen=True, slots=True)
class Codec:
    """One way of writing characters.

    Attributes:
        pattern: matches one escape.
        meaning: the characters an escape stands for; None: the match is no escape.
        hints: characters of which every escape holds at least one, for the quick way out.
    """

    name: str
    pattern: re.Pattern[str]
    meaning: Callable[[re.Match[str]], str | None]
    hints: str

    def decode(self, raw: str) -> tuple[str, list[Segment]]:
        r"""The text *raw* stands for, and where the two differ.

        >>> HTML_ATTRIBUTE.decode("a?x=1&amp;y=2")
        ('a?x=1&y=2', [Segment(text_start=5, text_end=6, raw_start=5, raw_end=10)])
        """
        for hint in self.hints:
            if hint in raw:
                return self._decode(raw)
        return raw, []

    def _decode(self, raw: str) -> tuple[str, list[Segment]]:
        parts: list[str] = []
        segments: list[Segment] = []
        length = done = 0
        for match in self.pattern.finditer(raw):
            meaning = self.meaning(match)
            if meaning is None:
                continue
            start, end = match.span()
            parts += (raw[done:start], meaning)
            length += start - done
            segments.append(Segment(length, length + len(meaning), start, end))
            length += len(meaning)
            done = end
        parts.append(raw[done:])
        return "".join(parts), segments


_WINDOWS_1252 = {
    number: bytes([number]).decode("cp1252")
    for number in range(0x80, 0xA0)
    if number not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def character(digits: str, base: int) -> str:
    """The character of a number; U+FFFD where Unicode has none (also NUL and surrogates)."""
    digits = digits.lstrip("0")
    if not digits or len(digits) > 8:  # int() of a million digits would be a trap
        return REPLACEMENT_CHARACTER
    number = int(digits, base)
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return REPLACEMENT_CHARACTER
    return chr(number)


def _numeric_reference(match: re.Match[str]) -> str | None:
    if match["hex"]:
        return character(match["hex"], 16)
    return character(match["dec"], 10) if match["dec"] else None


def _html_attribute(match: re.Match[str]) -> str | None:
    if match[0] == "\0":
        return REPLACEMENT_CHARACTER
    name = match["name"]
    if name is None:
        char = _numeric_reference(match)
        return char and _WINDOWS_1252.get(ord(char), char)
    following = match.string[match.end() : match.end() + 1]
    # `&copy=2` is a parameter, not ©; with the semicolon it is.
    return None if following == "=" and not name.endswith(";") else html5.get(name)


_NUMERIC = r"#[xX](?P<hex>[0-9a-fA-F]++);{q}|#(?P<dec>[0-9]++);{q}"

HTML_ATTRIBUTE = Codec(
    "HTML attribute",
    re.compile("&(?:" + _NUMERIC.format(q="?") + r"|(?P<name>[A-Za-z][A-Za-z0-9]*+;?))|\0"),
    _html_attribute,
    "&\0",
)


def xml_codec(entities: Mapping[str, str]) -> Codec:
    """XML character data; *entities* are those of the document's own internal subset.

    A name XML doesn't know is read as HTML does: feeds are full of ``&nbsp;``.
    """

    def meaning(match: re.Match[str]) -> str | None:
        name = match["name"]
        if name is None:
            return _numeric_reference(match)
        return entities.get(name, html5.get(name + ";"))

    name = r"|(?P<name>[^\s&;#\"'<>]{1,100}+);"
    return Codec("XML", re.compile("&(?:" + _NUMERIC.format(q="") + name + ")"), meaning, "&")


XML_TEXT = xml_codec({})
CDATA = Codec("CDATA", re.compile(r"(?!)"), lambda match: None, "")


def _css(match: re.Match[str]) -> str:
    if match["hex"]:
        return character(match["hex"], 16)
    return "" if match[0][-1:] in "\n\r\f\\" and match[0] != "\\\\" else match[0][1]


_CSS_ESCAPE = re.compile(
    r"\\(?:(?P<hex>[0-9a-fA-F]{1,6}+)(?:\r\n|[ \t\n\r\f])?|\r\n|[^0-9a-fA-F]|\Z)", re.DOTALL
)
CSS_STRING = Codec("CSS string", _CSS_ESCAPE, _css, "\\")
CSS_URL = Codec("CSS url", _CSS_ESCAPE, _css, "\\")


def _markdown(match: re.Match[str]) -> str | None:
    if match["punctuation"]:
        return match["punctuation"]
    return html5.get(match["name"]) if match["name"] else _numeric_reference(match)


MARKDOWN_DESTINATION = Codec(
    "Markdown destination",
    re.compile(
        r"\\(?P<punctuation>[!-/:-@\[-`{-~])"
        r"|&(?:#[xX](?P<hex>[0-9a-fA-F]{1,6}+);|#(?P<dec>[0-9]{1,7}+);"
        r"|(?P<name>[A-Za-z][A-Za-z0-9]*+;))"
    ),
    _markdown,
    "\\&",
)
# Decoded first in a table cell: there a backslash before a pipe never reaches the inline parser.
TABLE_CELL = Codec("Markdown table cell", re.compile(r"\\\|"), lambda match: "|", "\\")


def _folded(breaks: str) -> str:
    """What a YAML line break and the blank lines after it stand for."""
    count = len(re.findall(r"\r\n|\n|\r", breaks))
    return " " if count == 1 else "\n" * (count - 1)


_YAML_BREAKS = r"(?<![ \t])[ \t]*+(?:\r\n|\n|\r)[ \t\r\n]*+"
YAML_SINGLE = Codec(
    "YAML single-quoted",
    re.compile(rf"''|(?P<breaks>{_YAML_BREAKS})"),
    lambda match: _folded(match["breaks"]) if match["breaks"] else "'",
    "'\n\r",
)

_SIMPLE = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_JSON = _SIMPLE | {"/": "/"}
_TOML = _SIMPLE | {"e": "\x1b"}
_YAML = _JSON | {
    "0": "\0", "a": "\a", "\t": "\t", "v": "\v", "e": "\x1b", " ": " ",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX = r"x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"


def _backslash(table: Mapping[str, str]) -> Callable[[re.Match[str]], str | None]:
    def meaning(match: re.Match[str]) -> str | None:
        groups = match.groupdict()
        if groups.get("breaks") is not None:
            return _folded(groups["breaks"])
        if groups.get("pair"):
            return bytes.fromhex(groups["pair"].replace("\\u", "")).decode("utf-16-be")
        digits = groups.get("x") or groups.get("u") or groups.get("U")
        if digits:
            return character(digits, 16)
        return table.get(match["c"]) if match["c"] else ""

    return meaning


YAML_DOUBLE = Codec(
    "YAML double-quoted",
    re.compile(
        rf"\\(?:{_HEX}|(?:\r\n|\n|\r)[ \t\r\n]*+|(?P<c>[^\r\n]))|(?P<breaks>{_YAML_BREAKS})"
    ),
    _backslash(_YAML),
    "\\\n\r",
)
TOML_BASIC = Codec(
    "TOML basic string",
    re.compile(rf"\\(?:{_HEX}|[ \t]*+(?:\r\n|\n)[ \t\r\n]*+|(?P<c>.))"),
    _backslash(_TOML),
    "\\",
)
JSON_STRING = Codec(
    "JSON string",
    re.compile(
        r"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
        r"|\\(?:u(?P<u>[0-9a-fA-F]{4})|(?P<c>[^u]))"
    ),
    _backslash(_JSON),
    "\\",
)
