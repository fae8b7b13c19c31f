"""Steps inside a parameter or path: split on a decoded view, cut on the raw text.

A separator may stand there as itself or percent-encoded, in either letter case, mixed in one
value; what is kept keeps its spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote


@lru_cache(maxsize=256)
def separator_pattern(characters: str) -> re.Pattern[str]:
    """A pattern for one of *characters*, plain or percent-encoded, as its only group."""
    forms = (f"{re.escape(c)}|%{ord(c):02x}" for c in characters)
    return re.compile(f"({'|'.join(forms)})", re.IGNORECASE)


def view(text: str) -> str:
    """*text* percent-decoded and in lower case: what names are compared with.

    >>> view("X-OSS%2Dprocess")
    'x-oss-process'
    """
    return (unquote(text, errors="replace") if "%" in text else text).lower()


def first_word(step: str, characters: str) -> str:
    """The name of a step: its `view` up to the first of *characters*.

    >>> first_word("WaterMark%2Ctext_QQ", ",")
    'watermark'
    """
    return view(separator_pattern(characters).split(step, maxsplit=1)[0])


def drop_steps(text: str, separator: str, is_dropped: Callable[[str], bool]) -> str:
    """*text* without the steps *is_dropped* claims; the same object where it claims none.

    The separator before a step goes with it; what comes first has none.

    >>> drop_steps("image%2Fresize/mark,x%2fformat", "/", lambda step: step.startswith("mark"))
    'image%2Fresize%2fformat'
    """
    pieces = separator_pattern(separator).split(text)
    kept = [i for i in range(0, len(pieces), 2) if not is_dropped(pieces[i])]
    if 2 * len(kept) == len(pieces) + 1:
        return text
    rest = "".join(pieces[i - 1] + pieces[i] for i in kept[1:])
    return pieces[kept[0]] + rest if kept else ""


def drop_parts(query: str, is_dropped: Callable[[str], bool]) -> str:
    """*query* without the ``&`` parts *is_dropped* claims; the same object where it claims none.

    >>> drop_parts("a=1&mark=2&&b", lambda part: part.startswith("mark"))
    'a=1&&b'
    """
    parts = query.split("&")
    kept = [part for part in parts if not is_dropped(part)]
    return query if len(kept) == len(parts) else "&".join(kept)
