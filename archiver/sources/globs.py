"""Patterns of file names: what ``path``, ``include`` and ``exclude`` mean by ``posts/**/*.md``.

``*`` and ``?`` stay inside a segment, ``[…]`` is a set, ``**`` as a whole segment is any number of
folders. A pattern that matches a folder covers what lies in it. As in a ``.gitignore``, a pattern
without ``/`` counts at any depth, one with ``/`` from the root.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

_MAGIC = re.compile(r"[*?[]")
_TOKEN = re.compile(rb"\*+|\?|\[!?\]?[^]/]*\]|.", re.DOTALL)
_ANY_FOLDERS = rb"(?:[^/]+/)*"
_NOTHING = rb"(?!)"


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern over paths below a root, as bytes with ``/``.

    Attributes:
        names_suffix: whether the pattern tells the kind of file (``*.txt``, ``notes/a``), so that
            what it matches is taken whatever its suffix; ``posts/*`` doesn't.
    """

    whole: re.Pattern[bytes]
    reach: re.Pattern[bytes]
    spelled: re.Pattern[bytes]
    names_suffix: bool

    def covers(self, relative: bytes) -> bool:
        """Whether the pattern matches the path or a folder above it."""
        return self.whole.fullmatch(relative) is not None

    def takes(self, relative: bytes, has_suffix: bool) -> bool:
        """Whether a file is meant; *has_suffix*: its suffix is one of a document's."""
        match = self.whole.fullmatch(relative)
        return match is not None and (has_suffix or (self.names_suffix and match[1] is None))

    def reaches(self, folder: bytes) -> bool:
        """Whether something in *folder* may match."""
        return self.reach.fullmatch(folder) is not None or self.covers(folder)

    def spells(self, folder: bytes) -> bool:
        """Whether the pattern gives the name of *folder*, or a part of it, and not only ``**``."""
        return self.spelled.fullmatch(folder) is not None


def compile_glob(pattern: str, is_anchored: bool = False) -> Glob:
    """Read *pattern*; anchored ones count from the root even without ``/``.

    >>> compile_glob("drafts/**/*.md").covers(b"drafts/2024/a.md")
    True
    """
    text = os.fsencode(pattern)
    is_anchored = is_anchored or b"/" in text.rstrip(b"/")
    segments = [s for s in text.split(b"/") if s not in (b"", b".")]
    start = b"" if is_anchored else _ANY_FOLDERS
    heads = [_translate(segments[:count]) for count in range(1, len(segments) + 1)]
    spelled = [h for h, s in zip(heads, segments, strict=True) if s.strip(b"*")]
    return Glob(
        _compile(start + heads[-1] + rb"(/.*)?") if heads else _compile(_NOTHING),
        _compile(_reach(segments, heads) if is_anchored else rb".*"),
        _compile(start + rb"(?:" + (b"|".join(spelled) or _NOTHING) + rb")"),
        bool(segments) and re.fullmatch(rb"[^*?[]+|.*\.[^*?[]+", segments[-1]) is not None,
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


def _compile(expression: bytes) -> re.Pattern[bytes]:
    return re.compile(expression, re.DOTALL)


def _reach(segments: list[bytes], heads: list[bytes]) -> bytes:
    """The folders above a match: every head but the last, up to the first ``**``."""
    if b"**" in segments:
        deep = segments.index(b"**")
        below = heads[deep - 1] + rb"/.*" if deep else rb".*"
        return b"|".join([*heads[:deep], below])
    return b"|".join(heads[:-1]) or _NOTHING


def _translate(segments: list[bytes]) -> bytes:
    parts = [
        (rb"[^/].*" if last else _ANY_FOLDERS)
        if s == b"**"
        else _segment(s) + (b"" if last else b"/")
        for s, last in zip(segments, [False] * (len(segments) - 1) + [True], strict=True)
    ]
    return b"".join(parts)


def _segment(segment: bytes) -> bytes:
    return b"".join(_token(t[0]) for t in _TOKEN.finditer(segment))


def _token(token: bytes) -> bytes:
    if token[:1] == b"*":
        return rb"[^/]*"
    if token == b"?":
        return rb"[^/]"
    if token[:1] == b"[" and len(token) > 2:
        negated, members = (b"^/", token[2:-1]) if token[1:2] == b"!" else (b"", token[1:-1])
        escaped = members.replace(b"\\", b"\\\\").replace(b"]", b"\\]").replace(b"[", b"\\[")
        return (
            b"[" + negated + escaped.replace(b"^", b"\\^") + b"]" if members else re.escape(token)
        )
    return re.escape(token)
