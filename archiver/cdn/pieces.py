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


@lru_cache(maxsize=256)
def name_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for the whole of one of *names*; ``*`` stands for any text.

    >>> bool(name_pattern(("x-*-process",)).fullmatch("x-oss-process"))
    True
    """
    forms = (re.escape(name.lower()).replace(r"\*", ".*") for name in names)
    return re.compile("|".join(forms) if names else r"(?!)", re.DOTALL)


def view(text: str) -> str:
    """*text* percent-decoded and in lower case: what names are compared with.

    >>> view("X-OSS%2Dprocess")
    'x-oss-process'
    """
    return (unquote(text) if "%" in text else text).lower()


def first_word(step: str, characters: str) -> str:
    """The name of a step: its `view` up to the first of *characters*.

    >>> first_word("WaterMark%2Ctext_QQ", ",")
    'watermark'
    """
    return view(separator_pattern(characters).split(step)[0])


def drop_steps(text: str, separator: str, is_dropped: Callable[[str], bool]) -> str:
    """*text* without the steps *is_dropped* claims; the same object where it claims none.

    The separator before a step goes with it; what comes first has none.

    >>> drop_steps("image%2Fresize/mark,x%2fformat", "/", lambda step: step.startswith("mark"))
    'image%2Fresize%2fformat'
    """
    pieces = separator_pattern(separator).split(text)
    is_kept = [not is_dropped(step) for step in pieces[::2]]
    return text if all(is_kept) else join_steps(pieces, is_kept)


def join_steps(pieces: list[str], is_kept: list[bool]) -> str:
    """Steps and the separators between them put together again, without those not kept.

    Args:
        pieces: step, separator, step, …, as `re.split` gives them.
        is_kept: one for each step.
    """
    kept = [2 * i for i, keep in enumerate(is_kept) if keep]
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


# A character: escapes one by one where they are ASCII, else as long runs.
_UNIT = re.compile(r"%[0-7][0-9a-fA-F]|(?:%[89a-fA-F][0-9a-fA-F])+|.", re.DOTALL)


def cut_encoded(raw: str, text: str, shorter: str) -> str | None:
    """Cut from *raw* what must go so that it reads as *shorter* instead of *text*.

    Args:
        raw: what stands in the URL, percent-encoded or not.
        text: the same decoded, perhaps with something put before it.
        shorter: *text* without some of its characters.

    What stays keeps its spelling; None where *shorter* is not to be had by cutting.

    >>> cut_encoded("a%3Fm%3D1%26v", "https://a?m=1&v", "https://a?v")
    'a%3Fv'
    """
    units = [(unit, unquote(unit)) for unit in _UNIT.findall(raw)]
    lead = len(text) - sum(len(seen) for _, seen in units)
    if lead < 0 or text[:lead] != shorter[:lead]:
        return None
    rest, kept, place = shorter[lead:], [], 0
    for unit, seen in units:
        if rest.startswith(seen, place):
            kept.append(unit)
            place += len(seen)
    return "".join(kept) if place == len(rest) else None
