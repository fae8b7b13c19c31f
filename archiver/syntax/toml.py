"""TOML's strings with their places in the text (TOML 1.0); tomllib gives no positions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.syntax.escapes import TOML_BASIC
from archiver.syntax.patterns import compile_pattern
from archiver.syntax.scalars import MAX_PATH, Path, Scalar

# An unclosed block takes all the rest: looking for its end again and again would be quadratic.
_TOKEN = compile_pattern(
    r'''"""(?:\r\n|\n)?(?P<basic_block>(?:[^"\\]|\\.|"{1,2}+(?!"))*+)(?:"""(?P<b>"{0,2})|\Z)
    |\'\'\'(?:\r\n|\n)?(?P<literal_block>(?:[^']|'{1,2}+(?!'))*+)(?:\'\'\'(?P<l>'{0,2})|\Z)
    |"(?P<basic>(?:[^"\\\r\n]|\\[^\r\n])*+)"
    |'(?P<literal>[^'\r\n]*+)'
    |(?P<comment>\#[^\r\n]*+)
    |(?P<line_end>\r\n|\n|\r)
    |(?P<mark>[\[\]{}=,])
    |(?P<bare>[A-Za-z0-9_-]++)
    |[ \t.]++|.''',
    re.VERBOSE | re.DOTALL,
)
_STRINGS = {  # last group of a whole string → the group that holds it, its codec
    "b": ("basic_block", TOML_BASIC),
    "l": ("literal_block", None),
    "basic": ("basic", TOML_BASIC),
    "literal": ("literal", None),
}


def find_strings(text: str) -> Iterator[Scalar]:
    """The string values of a TOML text with their key paths, table names included.

    >>> [(s.path, s.value) for s in find_strings('[p]\\na.b = ["x", {c = "y"}]')]
    [(('p', 'a', 'b'), 'x'), (('p', 'a', 'b', 'c'), 'y')]
    """
    place = _Place()
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind in _STRINGS:
            scalar = _scalar(place.path, token, kind)
            if place.wants_key:
                place.parts.append(scalar.value)
            else:
                yield scalar
        elif kind in ("mark", "bare", "line_end"):
            place.step(kind, token[0])


def _scalar(path: Path, token: re.Match[str], kind: str) -> Scalar:
    group, codec = _STRINGS[kind]
    start, end = token.span(group)
    if kind != group:
        end += len(token[kind])  # `""""` ends in one quote of its own
    raw = token.string[start:end]
    return Scalar(path, start, end, codec.decode(raw)[0] if codec else raw, codec)


class _Place:
    """Where in the document the scanner stands.

    Attributes:
        wants_key: whether the next string is a key, not a value.
        parts: the parts of the key read so far.
        path: the keys of the value being read.
    """

    def __init__(self) -> None:
        self.table: Path = ()
        self.prefix: Path = ()
        self.path: Path = ()
        self.parts: list[str] = []
        self.wants_key, self.is_header = True, False
        self.open: list[tuple[str, Path, Path]] = []

    def step(self, kind: str, text: str) -> None:
        if kind == "bare":
            if self.wants_key:
                self.parts.append(text)
        elif kind == "line_end":
            if not self.open:
                self._begin_key(self.table)
        else:
            self._MARKS[text](self)

    def _begin_key(self, prefix: Path) -> None:
        self.wants_key, self.is_header, self.prefix = True, False, prefix
        self.parts = []

    def _equals(self) -> None:
        if self.wants_key:
            self.path = (*self.prefix, *self.parts)[-MAX_PATH:]
            self.wants_key = False

    def _open_list(self) -> None:
        if self.wants_key:
            self.is_header = not self.open
        else:
            self.open.append(("[", self.prefix, self.path))

    def _open_table(self) -> None:
        self.open.append(("{", self.prefix, self.path))
        self._begin_key(self.path)

    def _close(self) -> None:
        if self.is_header:
            self.table = tuple(self.parts[-MAX_PATH:])
        elif self.open:
            _, self.prefix, self.path = self.open.pop()
            self.wants_key = False

    def _comma(self) -> None:
        if self.open and self.open[-1][0] == "{":
            self._begin_key(self.prefix)

    _MARKS = {  # noqa: RUF012  # a dispatch table, never changed
        "=": _equals,
        "[": _open_list,
        "{": _open_table,
        "]": _close,
        "}": _close,
        ",": _comma,
    }
