"""``/<signature>/rs:fit:800/wm:0.5:soea/plain/https://host/a.jpg@webp``: options in segments.

After the options the source stands in clear (``plain/``) or as URL-safe base64, which may be cut
by ``/``.
"""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote

from archiver.cdn.address import Address
from archiver.cdn.pieces import view
from archiver.cdn.rule import Finding, Rule

_START = re.compile(r"/(?:insecure|unsafe|_|[\w-]{43})/(?=[a-z_]{1,30}:)")
_OPTION = re.compile(r"(?P<name>[a-z_]{1,30})(?::|%3a).*", re.DOTALL | re.IGNORECASE)
_URL = re.compile(r"https?://", re.IGNORECASE)


def find_options(address: Address, rule: Rule) -> Finding | None:
    """Drop the watermark options; the original is the source."""
    start = _START.search(address.path)
    if start is None:
        return None
    segments = address.path[start.end() :].split("/")
    names = [match and view(match["name"]) for match in map(_OPTION.fullmatch, segments)]
    count = names.index(None) if None in names else len(names)
    kept = [s for s, name in zip(segments[:count], names, strict=False) if name not in rule.drop]
    is_marked = len(kept) < count
    path = address.path[: start.end()] + "/".join(kept + segments[count:])
    source = find_source(segments[count:])
    if not is_marked and not source:
        return None
    return Finding(
        clean=address.with_path(path) if is_marked else None, source=source, is_marked=is_marked
    )


def find_source(segments: list[str]) -> str:
    """The URL in the last *segments*, "" where it is none that can be fetched."""
    if segments[:1] == ["plain"]:
        text = unquote("/".join(segments[1:])).rpartition("@")
        source = text[0] if re.fullmatch("[a-z0-9]{2,5}", text[2]) and text[0] else "".join(text)
    else:
        code = "".join(segments).partition(".")[0]
        try:
            source = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode()
        except ValueError:
            source = ""
    return source if _URL.match(source) else ""
