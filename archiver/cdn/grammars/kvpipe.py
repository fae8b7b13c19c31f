"""``?iopcmd=thumbnail&scale=40|iopcmd=watermark&text=QQ``: piped commands of ``&`` parts.

The whole query is split on ``|`` before ``&``. What stands before the first part of the grammar
is foreign and stays.
"""

from __future__ import annotations

import re

from archiver.cdn.address import Address
from archiver.cdn.pieces import join_steps, name_pattern, separator_pattern, view
from archiver.cdn.rule import Finding, Rule


def find_kvpipe(address: Address, rule: Rule) -> Finding | None:
    """Drop the watermark commands; the original keeps the foreign parts alone."""
    foreign, pipe = _split_foreign(address.query or "", rule)
    if not pipe or not _is_recognised(pipe, rule):
        return None
    pieces = separator_pattern("|").split(pipe)
    is_kept = [not _is_mark(command, rule) for command in pieces[::2]]
    clean = "&".join(filter(None, (foreign, join_steps(pieces, is_kept))))
    return Finding(
        clean=None if all(is_kept) else address.with_query(clean),
        originals=(address.with_query(foreign),),
        is_marked=not all(is_kept),
    )


def _split_foreign(query: str, rule: Rule) -> tuple[str, str]:
    known = name_pattern((*rule.steps, *rule.drop))
    parts = query.split("&")
    for i, part in enumerate(parts):
        if known.fullmatch(view(separator_pattern("|").split(part)[0])):
            return "&".join(parts[:i]), "&".join(parts[i:])
    return query, ""


def _is_recognised(pipe: str, rule: Rule) -> bool:
    parts = re.split(r"[&|]", view(pipe))
    is_known = any(map(name_pattern(rule.steps).fullmatch, parts))
    return is_known or bool(rule.match and re.match(rule.match, view(pipe)))


def _is_mark(command: str, rule: Rule) -> bool:
    return any(map(name_pattern(rule.drop).fullmatch, view(command).split("&")))
