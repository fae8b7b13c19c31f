"""``/filters:quality(80):watermark(url,1,2,50)/…`` and ``?im=Resize;Composite,image=(url=x)``.

Steps whose arguments stand in brackets, which may hold separators. Brackets are ``(…)`` or
``-!…!-``. The steps are the value of `parameter`, or follow `prefix` in the path up to the next
``/`` outside brackets; there a source URL may follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from archiver.cdn.address import Address
from archiver.cdn.grammars.parts import edit_parts
from archiver.cdn.pieces import join_steps, name_pattern, separator_pattern, view
from archiver.cdn.rule import Finding, Rule

_NAME = re.compile(r"[(,=]|-!")
_SOURCE = re.compile(r"/(?=https?(?::|%3a)(?:/|%2f))", re.IGNORECASE)


def find_brackets(address: Address, rule: Rule) -> Finding | None:
    """Drop the steps of `drop`; in a path the original is the source that follows."""
    if rule.parameter:
        return edit_parts(address, lambda part: _edit(part, rule))
    start = address.path.lower().find(rule.prefix)
    end = start = start + len(rule.prefix) if start >= 0 else 0
    path = address.path
    if start:
        end = next(split_points(path, "/", start), (len(path), len(path)))[0]
    kept = _drop_steps(path[start:end], rule)
    if not kept:
        path = path[: start - len(rule.prefix)] + path[end:] if start else path
    else:
        path = path[:start] + kept + path[end:]
    is_marked = path != address.path
    source = _find_source(address, end)
    if not is_marked and not source:
        return None
    clean = address.with_path(path) if is_marked else None
    return Finding(clean, source=source, is_marked=is_marked)


def split_points(text: str, separator: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Where a *separator* stands outside brackets, as (start, end)."""
    depth = 0
    for match in _token_pattern(separator).finditer(text, start):
        if match["open"]:
            depth += 1
        elif match["close"]:
            depth = max(depth - 1, 0)
        elif not depth:
            yield match.span()


@lru_cache(maxsize=8)
def _token_pattern(separator: str) -> re.Pattern[str]:
    spelt = separator_pattern(separator).pattern
    return re.compile(rf"(?P<open>\(|%28|-!)|(?P<close>\)|%29|!-)|{spelt}", re.IGNORECASE)


def _drop_steps(text: str, rule: Rule) -> str:
    pieces, place = [], 0
    for start, end in split_points(text, rule.separator):
        pieces += [text[place:start], text[start:end]]
        place = end
    pieces.append(text[place:])
    names = [_NAME.split(view(step), maxsplit=1)[0] for step in pieces[::2]]
    return join_steps(pieces, [name not in rule.drop for name in names])


def _edit(part: str, rule: Rule) -> str | None:
    key, equals, value = part.partition("=")
    if not name_pattern(rule.parameter).fullmatch(view(key)):
        return None
    kept = _drop_steps(value, rule)
    return key + equals + kept if kept else ""


def _find_source(address: Address, start: int) -> str:
    match = _SOURCE.search(address.path, start)
    if match is None:
        return ""
    text = address.path[match.end() :]
    if "%3a" in text[:8].lower():
        return unquote(text)
    return text if address.query is None else f"{text}?{address.query}"
