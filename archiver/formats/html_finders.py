"""The finders of the configuration, run on the full tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import soupsieve

from archiver.formats.finder_settings import FinderSettings
from archiver.formats.html_base import disarm_checks
from archiver.formats.html_scope import Scope
from archiver.model import Reference
from archiver.syntax.html_tree import SourceTag
from archiver.syntax.text import Text

_compile = lru_cache(maxsize=64)(re.compile)


def find_own(scope: Scope) -> None:
    """The references that the user's finders give; they come before the built-in ones."""
    finders = scope.findings.settings.finders
    if not finders:
        return
    soup = scope.page.build()
    for finder in finders:
        for tag in soupsieve.select(_as_in(scope.page.text, finder.select), soup):
            if isinstance(tag, SourceTag):
                _find_in(tag, finder, scope)


def _find_in(tag: SourceTag, finder: FinderSettings, scope: Scope) -> None:
    value = scope.page.value(tag, finder.attribute)
    if value is None:
        return
    found: list[Reference] = []
    for start, end in _places(value.text, finder.pattern):
        found += scope.add(value, scope.role(tag, finder.role), scope.kept(tag), start, end)
    disarm_checks(tag, scope, found)


def _places(text: str, pattern: str) -> Iterator[tuple[int, int]]:
    if not pattern:
        yield 0, len(text)
        return
    for match in _compile(pattern).finditer(text):
        if match[1]:
            yield match.span(1)


def _as_in(text: Text, select: str) -> str:
    """The selector in the characters of a byte view, where there is one."""
    if not text.is_byte_view or select.isascii():
        return select
    return select.encode(text.encoding, "replace").decode("latin-1")
