"""``/a.jpg@400w_90q|watermark=1&object=QQ``: piped commands after the object's name.

`match` describes a command that draws nothing; the text after the last ``.ext`` and `prefix` is
processing only where every command is either that or one of `drop`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from archiver.cdn.address import Address
from archiver.cdn.pieces import drop_steps, separator_pattern, view
from archiver.cdn.rule import Finding, Rule

EXTENSION = r"\.(?:jpe?g|png|gif|webp|bmp|avif|heic|jfif)"


def find_pathpipe(address: Address, rule: Rule) -> Finding | None:
    """Drop the watermark commands; the original ends before `prefix`."""
    opener = last_match(_opener_pattern(rule.prefix), address.path)
    if opener is None:
        return None
    text = address.path[opener.end() :]
    commands = separator_pattern("|").split(text)[::2]
    if not all(_is_mark(c, rule) or re.fullmatch(rule.match, view(c)) for c in commands):
        return None
    bare = address.path[: opener.start("prefix")]
    kept = drop_steps(text, "|", lambda command: _is_cut(command, rule))
    clean = address.path[: opener.end()] + kept if kept else bare
    return Finding(
        clean=address.with_path(clean) if clean != address.path else None,
        originals=(address.with_path(bare),),
        is_marked=any(_is_mark(command, rule) for command in commands),
    )


def last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007
        pass
    return found


@lru_cache(maxsize=64)
def _opener_pattern(prefix: str) -> re.Pattern[str]:
    spelt = "".join(separator_pattern(c).pattern if not c.isalnum() else c for c in prefix)
    return re.compile(f"{EXTENSION}(?P<prefix>{spelt})", re.IGNORECASE)


def _is_mark(command: str, rule: Rule) -> bool:
    return any(item.startswith(rule.drop) for item in view(command).split(rule.argument))


def _is_cut(command: str, rule: Rule) -> bool:
    """Whether nothing but the watermark is lost with *command*."""
    items = view(command).split(rule.argument)
    is_alone = not any(rule.unless and item.startswith(rule.unless) for item in items)
    return is_alone and _is_mark(command, rule)
