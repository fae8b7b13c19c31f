"""``/a.jpg!/fw/800/watermark/url/QQ/align/center``: a flat list of keys and values in the path.

``watermark`` opens a mark and has no value of its own; the keys of `steps` after it belong to it,
in any order, mixed with the keys of the picture.
"""

from __future__ import annotations

import re

from archiver.cdn.address import Address
from archiver.cdn.grammars.pathpipe import EXTENSION, last_match
from archiver.cdn.pieces import join_steps, separator_pattern, view
from archiver.cdn.rule import Finding, Rule

_OPENER = re.compile(
    EXTENSION + r"(?P<start>(?:!|%21)(?P<version>[^/!%]*)(?P<list>/|%2f))", re.IGNORECASE
)
_PICTURE_BORDER = re.compile(r"\d+x\d+")  # a mark's border is a colour, a picture's is a size


def find_pairs(address: Address, rule: Rule) -> Finding | None:
    """Drop the watermarks and their pairs; the original ends before the ``!``."""
    opener = last_match(_OPENER, address.path)
    if opener is None:
        return None
    pieces = separator_pattern("/").split(address.path[opener.end() :])
    tokens = [view(piece) for piece in pieces[::2]]
    if tokens[0] not in (*rule.steps, *rule.drop, *rule.keep):
        return None
    is_kept = _keep_tokens(tokens, rule)
    bare = address.path[: opener.start("start")]
    kept = join_steps(pieces, is_kept)
    if kept:
        kept = address.path[: opener.end()] + kept
    else:
        kept = address.path[: opener.start("list")] if opener["version"] else bare
    return Finding(
        clean=None if all(is_kept) else address.with_path(kept),
        originals=(address.with_path(bare),),
        is_marked=not all(is_kept),
    )


def _keep_tokens(tokens: list[str], rule: Rule) -> list[bool]:
    """For each token whether it stays. Empty ones (``//``) stay or go with the pair before."""
    is_kept: list[bool] = []
    in_mark, is_staying, awaits_value, is_border = False, True, False, False
    for token in tokens:
        if awaits_value:
            awaits_value = not token
            if token and is_border and _PICTURE_BORDER.fullmatch(token):
                is_kept[-1] = is_staying = True
        elif token in rule.drop:
            in_mark, is_staying = True, False
        elif token:
            is_border = token == "border"
            is_staying = not (in_mark and token in rule.steps)
            awaits_value = True
        is_kept.append(is_staying)
    return is_kept
