"""JSON's strings with their places in the text (RFC 8259); broken JSON gives what it can."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.syntax.escapes import JSON_STRING
from archiver.syntax.patterns import compile_pattern
from archiver.syntax.scalars import MAX_PATH, Path, Scalar

# An unclosed string takes all the rest: looking for its end again and again would be quadratic.
_TOKEN = compile_pattern(
    r'"(?P<string>(?:[^"\\]|\\.)*+)(?P<close>"?)|(?P<mark>[{}\[\],:])|[^"{}\[\],:]++', re.DOTALL
)
_COLON = compile_pattern(r"\s*+:")
_OBJECT = compile_pattern(rb"[\xef\xbb\xbf \t\r\n]*+\{")


def is_json(data: bytes) -> bool:
    r"""Whether a file is a JSON object, where it may be XML as well.

    >>> is_json(b"\xef\xbb\xbf {}"), is_json(b"<rss>{}</rss>")
    (True, False)
    """
    return _OBJECT.match(data) is not None


def find_strings(text: str) -> Iterator[Scalar]:
    r"""The string values of a JSON text, or of the inside of an object, with their key paths.

    >>> [(s.path, s.value) for s in find_strings(r'{"a": ["x\/y", {"b": "z"}]}')]
    [(('a',), 'x/y'), (('a', 'b'), 'z')]
    """
    outer: list[Path] = []  # the path around each open bracket
    path: Path = ()
    key: Path = ()
    for token in _TOKEN.finditer(text):
        mark = token["mark"]
        if mark in ("{", "["):
            outer.append(path)
            path = key
        elif mark in ("}", "]"):
            key = path
            path = outer.pop() if outer else ()
        elif token["close"]:
            value = JSON_STRING.decode(token["string"])[0]
            if _COLON.match(text, token.end()):
                key = (*path, value)[-MAX_PATH:]
            else:
                yield Scalar(key, *token.span("string"), value, JSON_STRING)


def find_object_end(text: str, start: int) -> int | None:
    """Behind the brace that closes the one at *start*; None where none does.

    >>> find_object_end('{"a": "}"} body', 0)
    10
    """
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token["mark"] or "", 0)
        if not depth:
            return token.end()
    return None
