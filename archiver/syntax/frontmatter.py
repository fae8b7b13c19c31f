"""Where the front matter of a post stands, and in which language it is written.

The delimiters are those of the site generators (read in their sources): Jekyll, Hexo and Obsidian
(``---``), Hugo (``---``, ``+++`` or a JSON object, all of it inside a leading comment too), Hexo's
``;;;`` and its form without an opening line, and the bare keys of Pelican and Python-Markdown.
A front matter may follow blank lines and a BOM, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from archiver.syntax.json_strings import find_object_end
from archiver.syntax.patterns import compile_pattern
from archiver.syntax.scalars import Scalar

_EOL = r"(?:\r\n|\n|\r)"
_BOL = r"(?:(?<![^\n])|(?<=\r)(?!\n))"  # not between the CR and LF of one line end
_BLANKS = compile_pattern(rf"\ufeff?(?:[ \t]*+{_EOL})*+")
_COMMENT_OPEN = compile_pattern(rf"<!--[ \t]*+{_EOL}")
_COMMENT_CLOSE = compile_pattern(r"\s*+-->")
_OPENING = compile_pattern(rf"(-{{3,}}|;{{3,}}|\+{{3}})[ \t]*+{_EOL}")
_JSON_OPENING = compile_pattern(r'\{\s*+["}]')
_HEXO_CLOSING = compile_pattern(rf"{_BOL}(?:-{{3,}}|;{{3,}})[ \t]*+(?:{_EOL}|\Z)")
_BLANK_LINE = compile_pattern(rf"{_BOL}[ \t]*+(?:{_EOL}|\Z)")
_BARE_LINE = compile_pattern(
    r"(?:[ ]{0,3}(?P<key>[A-Za-z0-9_-]+):[ \t]*+|[ ]{4,}+)(?P<value>[^\r\n]*+)" + rf"(?:{_EOL}|\Z)"
)
_BARE_END = compile_pattern(rf"(?:---|\.\.\.)[ \t]*+(?:{_EOL}|\Z)")

# A block without delimiters is front matter only when it begins with one of these.
KNOWN_KEYS = frozenset({
    "title", "subtitle", "date", "modified", "updated", "category", "categories", "tags", "slug",
    "keywords", "author", "authors", "summary", "description", "status", "lang", "layout",
    "template", "permalink", "save_as",
})  # fmt: skip


class Language(StrEnum):
    """The language of a front matter."""

    YAML = "yaml"
    TOML = "toml"
    JSON = "json"
    BARE = "bare"  # Pelican, Python-Markdown: `Key: value` lines


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A front matter; offsets count characters of the text it was found in.

    Attributes:
        start, end: the data, without delimiters.
        body: where the post's body begins.
    """

    language: Language
    start: int
    end: int
    body: int


def find_front_matter(text: str) -> FrontMatter | None:
    """The front matter of a post by its delimiters; None where it has none.

    Whether the data reads as its language is for the caller to see.

    >>> find_front_matter("\\n---\\na: 1\\n---\\nbody")
    FrontMatter(language=<Language.YAML: 'yaml'>, start=5, end=10, body=14)
    """
    start = _end(_BLANKS, text, 0)
    comment = _COMMENT_OPEN.match(text, start)
    if comment is None:
        return _find_at(text, start)
    found = _find_at(text, _end(_BLANKS, text, comment.end()))
    close = _COMMENT_CLOSE.match(text, found.body) if found else None
    return (
        FrontMatter(found.language, found.start, found.end, close.end())
        if found and close
        else None
    )


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _find_at(text: str, start: int) -> FrontMatter | None:
    opening = _OPENING.match(text, start)
    if opening:
        return _find_delimited(text, opening)
    if _JSON_OPENING.match(text, start):
        end = find_object_end(text, start)
        return FrontMatter(Language.JSON, start, end, end) if end else None
    return _find_without_opening(text, start)


def _find_delimited(text: str, opening: re.Match[str]) -> FrontMatter | None:
    """Between an opening line and the first line that repeats it (or ``...`` after ``---``)."""
    fence = opening[1]
    closes = re.escape(fence) + (r"|\.\.\." if fence == "---" else "")
    closing = compile_pattern(rf"{_BOL}(?:{closes})[ \t]*+(?:{_EOL}|\Z)")
    found = closing.search(text, opening.end())
    if found is None:
        return None
    language = {"-": Language.YAML, "+": Language.TOML, ";": Language.JSON}[fence[0]]
    return FrontMatter(language, opening.end(), found.start(), found.end())


def _find_without_opening(text: str, start: int) -> FrontMatter | None:
    """Hexo's block that only ends in ``---`` or ``;;;``, else the bare keys of Pelican."""
    first = _BARE_LINE.match(text, start)
    if not first or (first["key"] or "").lower() not in KNOWN_KEYS:
        return None
    blank = _BLANK_LINE.search(text, first.end())
    closing = _HEXO_CLOSING.search(text, first.end(), blank.start() if blank else len(text))
    if closing:
        language = Language.JSON if text[closing.start()] == ";" else Language.YAML
        return FrontMatter(language, start, closing.start(), closing.end())
    end = start
    for line in _bare_lines(text, start, len(text)):
        end = line.end()
    return FrontMatter(Language.BARE, start, end, _end(_BARE_END, text, end))


def _bare_lines(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    while start < end and (line := _BARE_LINE.match(text, start, end)):
        yield line
        start = line.end()


def find_bare_values(text: str) -> list[Scalar]:
    """The values of ``Key: value`` lines and of the lines that continue them.

    >>> [(s.path, s.value) for s in find_bare_values("Title: a\\nCover: b.png")]
    [(('Title',), 'a'), (('Cover',), 'b.png')]
    """
    found, key = [], ""
    for line in _bare_lines(text, 0, len(text)):
        key = line["key"] or key
        value = line["value"].rstrip()
        if value:
            start = line.start("value")
            found.append(Scalar((key,), start, start + len(value), value))
    return found
