"""Patterns of file names: what ``path``, ``include`` and ``exclude`` mean by ``posts/**/*.md``.

``*`` and ``?`` stay inside a segment, ``[…]`` is a set, ``**`` as a whole segment is any number of
folders. A pattern that matches a folder covers what lies in it. As in a ``.gitignore``, a pattern
without ``/`` counts at any depth, one with ``/`` from the root.
"""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import dataclass

_MAGIC = re.compile(r"[*?[]")
_TOKEN = re.compile(r"\*+|\?|\[!?\]?[^]/]*\]|.", re.DOTALL)
_ANY_FOLDERS = "(?:[^/]+/)*"
_NAMES_SUFFIX = re.compile(r"[^*?[]+|.*\.[^*?[]+", re.DOTALL)
_NOTHING = "(?!)"


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern over paths below a root; a ``?`` is a character, not a byte.

    Attributes:
        names_suffix: whether the pattern tells the kind of file (``*.txt``, ``notes/a``), so that
            what it matches is taken whatever its suffix; ``posts/*`` doesn't.
    """

    whole: re.Pattern[str]
    reach: re.Pattern[str]
    spelled: re.Pattern[str]
    names_suffix: bool

    def covers(self, relative: bytes) -> bool:
        """Whether the pattern matches the path or a folder above it."""
        return self.whole.fullmatch(os.fsdecode(relative)) is not None

    def takes(self, relative: bytes, has_suffix: bool) -> bool:
        """Whether a file is meant; *has_suffix*: its suffix is one of a document's."""
        match = self.whole.fullmatch(os.fsdecode(relative))
        return match is not None and (has_suffix or (self.names_suffix and match[1] is None))

    def reaches(self, folder: bytes) -> bool:
        """Whether something in *folder* may match."""
        return self.reach.fullmatch(os.fsdecode(folder)) is not None or self.covers(folder)

    def spells(self, folder: bytes) -> bool:
        """Whether the pattern gives the name of *folder*, or a part of it, and not only ``**``."""
        return self.spelled.fullmatch(os.fsdecode(folder)) is not None


def compile_glob(pattern: str, is_anchored: bool = False) -> Glob:
    """Read *pattern*; anchored ones count from the root even without ``/``.

    >>> compile_glob("drafts/**/*.md").covers(b"drafts/2024/a.md")
    True
    """
    is_anchored = is_anchored or "/" in pattern.rstrip("/")
    segments = [s for s in pattern.split("/") if s not in ("", ".")]
    start = "" if is_anchored else _ANY_FOLDERS
    heads = [_translate(segments[:count]) for count in range(1, len(segments) + 1)]
    spelled = [h for h, s in zip(heads, segments, strict=True) if s.strip("*")]
    names_suffix = bool(segments) and _NAMES_SUFFIX.fullmatch(segments[-1]) is not None
    return Glob(
        _compile(f"{start}{heads[-1]}(/.*)?" if heads else _NOTHING),
        _compile(_reach(segments, heads) if is_anchored else ".*"),
        _compile(f"{start}(?:{'|'.join(spelled) or _NOTHING})"),
        names_suffix,
    )


def split_glob(source: str) -> tuple[str, str] | None:
    """The longest literal folder of *source* and the pattern below it; None: it has no pattern.

    >>> split_glob("posts/2024/*/a.md")
    ('posts/2024', '*/a.md')
    """
    magic = _MAGIC.search(source)
    if magic is None:
        return None
    cut = source.rfind("/", 0, magic.start()) + 1
    return source[:cut].rstrip("/") or ("/" if cut else "."), source[cut:]


def _compile(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.DOTALL)


def _reach(segments: list[str], heads: list[str]) -> str:
    """The folders above a match: every head but the last, up to the first ``**``."""
    if "**" in segments:
        deep = segments.index("**")
        below = f"{heads[deep - 1]}/.*" if deep else ".*"
        return "|".join([*heads[:deep], below])
    return "|".join(heads[:-1]) or _NOTHING


def _translate(segments: list[str]) -> str:
    *above, last = segments
    folders = (_ANY_FOLDERS if s == "**" else f"{_segment(s)}/" for s in above)
    return "".join(folders) + ("[^/].*" if last == "**" else _segment(last))


def _segment(segment: str) -> str:
    return "".join(_token(match[0]) for match in _TOKEN.finditer(segment))


def _token(token: str) -> str:
    if token[0] == "*":
        return "[^/]*"
    if token == "?":
        return "[^/]"
    if token[0] == "[":  # fnmatch knows sets; its expression stands in (?s:…)\Z
        return f"(?!/){fnmatch.translate(token)[4:-3]}"
    return re.escape(token)
