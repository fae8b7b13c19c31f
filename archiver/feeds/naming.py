"""File names of posts: of any script, safe on any system, never two alike.

A name is letters, digits and marks of any script, ``. _ -`` and what the pattern itself says.
Windows' devices, names that site generators mean something by, and names that differ only in case
or in how an accent is spelled are seen to; bytes are counted, not characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from string import Formatter

from archiver.errors import ConfigError

MAX_NAME_BYTES = 180  # of 255 that file systems take; leaves room for suffix, mark and copies
_MAX_SLUG_BYTES = 120
_MARK_DIGITS = 8
_FIELDS = ("date", "slug", "title", "author", "id")
_JOINERS = frozenset("\u200c\u200d")  # they belong to words of Persian and Indian scripts
# Windows takes these for devices, with any suffix; an index is the page of a folder.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|_?index)", re.IGNORECASE)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\]')


def check_pattern(pattern: str) -> None:
    """Raises ConfigError unless *pattern* is one that `name_post` can fill."""
    setting = f"name = {pattern!r}"
    try:
        names = [name for _, name, _, _ in Formatter().parse(pattern) if name is not None]
        wrong = next((name for name in names if name not in _FIELDS), None)
        if wrong is not None:
            fields = ", ".join(f"{{{name}}}" for name in _FIELDS)
            raise ConfigError(setting, f"expected fields of {fields}, not {{{wrong}}}")
        if not names:
            raise ConfigError(setting, "expected a field like {slug} in it")
        name_post(pattern, datetime(2026, 1, 2), "title", "author", "0" * _MARK_DIGITS)
    except ValueError as error:
        raise ConfigError(setting, f"expected a pattern like {{slug}}: {error}") from error


def name_post(pattern: str, date: datetime, title: str, author: str, mark: str) -> str:
    """The path of a post below its folder, with ``/``, without suffix.

    Args:
        pattern: as in ``{date:%Y-%m-%d}-{slug}``; a ``/`` in it makes folders.
        mark: hex digits of the item's key; the slug of a title that has no letters.

    >>> name_post("{date:%Y}/{slug}", datetime(2022, 5, 11), "Hello: World!", "", "0badf00d")
    '2022/hello-world'
    """
    short = mark[:_MARK_DIGITS]
    filled = pattern.format(
        date=date,
        slug=slug_of(title) or f"item-{short}",
        title=slug_of(title, keep_case=True) or f"item-{short}",
        author=slug_of(author, keep_case=True) or "unknown",
        id=short,
    )
    segments = [_safe_segment(segment) for segment in filled.split("/")]
    return "/".join(filter(None, segments)) or short


def slug_of(text: str, keep_case: bool = False) -> str:
    """*text* as a part of a file name: its letters, digits and marks, ``-`` for all between.

    >>> slug_of("雷军：小米 1000 万！"), slug_of("Don't /etc/passwd"), slug_of("नमस्ते")
    ('雷军-小米-1000-万', 'dont-etc-passwd', 'नमस्ते')
    """
    normal = unicodedata.normalize("NFC", text if keep_case else text.lower())
    normal = normal.replace("'", "").replace("’", "")
    slug = re.sub("-{2,}", "-", "".join(map(_slug_character, normal))).strip("-_")
    slug = _cut(slug.strip("\u200c\u200d"), _MAX_SLUG_BYTES).rstrip("-")
    return f"{slug}_" if _RESERVED.fullmatch(slug) else slug


def unique_name(name: str, suffix: str, mark: str, is_taken: Callable[[str], bool]) -> str:
    """*name* with *suffix*; where that is taken, with as many digits of *mark* as it needs.

    >>> unique_name("a", ".md", "0badf00d0badf00d", lambda name: name == "a.md")
    'a-0badf00d.md'
    """
    for candidate in _candidates(name, mark):
        if not is_taken(candidate + suffix):
            return candidate + suffix
    raise AssertionError("a name of its own for each number")


def folded(name: str) -> str:
    """Equal for names that a file system may take for one.

    >>> folded("É.md") == folded("e\u0301.MD")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _candidates(name: str, mark: str) -> Iterator[str]:
    yield name
    for digits in range(_MARK_DIGITS, len(mark) + 1, _MARK_DIGITS):
        yield f"{name}-{mark[:digits]}"
    number = 2
    while True:
        yield f"{name}-{mark[:_MARK_DIGITS]}-{number}"
        number += 1


def _slug_character(character: str) -> str:
    if character in _JOINERS or character == "_" or unicodedata.category(character)[0] in "LMN":
        return character
    return "" if unicodedata.category(character) in ("Cf", "Cn", "Cs") else "-"


def _safe_segment(segment: str) -> str:
    """No leading dot, dash, line or blank: hidden files, options, drafts; no final dot or blank."""
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", segment))
    name = _cut(name.lstrip("._- \t"), MAX_NAME_BYTES).rstrip(". \t")
    return f"{name}_" if _RESERVED.fullmatch(name.partition(".")[0]) and name != "index" else name


def _cut(text: str, size_bytes: int) -> str:
    """The first *size_bytes* bytes of *text*, and no half character."""
    data = text.encode("utf-8", "replace")
    if len(data) <= size_bytes:
        return text
    return data[:size_bytes].decode("utf-8", "ignore")
