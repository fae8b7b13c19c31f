"""``/cloud/image/upload/w_300/l_logo,w_100/v1/id.jpg``: comma lists in path segments.

A segment is a component while each of its items starts with a known key and ``_``; a version
(``v1``) or any other segment begins the object's name. A component with a key of `drop` opens a
layer, which ends with the component that holds ``fl_layer_apply``, or (old form) with itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from archiver.cdn.address import Address
from archiver.cdn.rule import Finding, Rule

_TYPE = re.compile(r"/image/(upload|fetch|private|authenticated)/")
_SIGNATURE = re.compile(r"s--[\w-]+--/")
_END = "fl_layer_apply"


def find_components(address: Address, rule: Rule) -> Finding | None:
    """Drop the layers; the original has no component and no signature."""
    kind = _TYPE.search(address.path)
    if kind is None:
        return None
    signature = _SIGNATURE.match(address.path, kind.end())
    start = signature.end() if signature else kind.end()
    segments = address.path[start:].split("/")
    count = _count_components(segments, rule.steps)
    is_kept = _keep_components([segment.split(",") for segment in segments[:count]], rule)
    kept = [segment for segment, keep in zip(segments, is_kept, strict=False) if keep]
    name = segments[count:]
    clean = address.with_path(address.path[:start] + "/".join(kept + name))
    original = address.with_path(address.path[: kind.end()] + "/".join(name))
    return Finding(
        clean=None if all(is_kept) else clean,
        originals=(original,) if kind[1] == "upload" else (),
        source=_find_source(address, "/".join(name)) if kind[1] == "fetch" else "",
        is_marked=not all(is_kept),
    )


def _count_components(segments: list[str], keys: tuple[str, ...]) -> int:
    """How many segments are components; the last never is, the object needs a name."""
    pattern = _component_pattern(keys)
    for i, segment in enumerate(segments[:-1]):
        if not pattern.fullmatch(segment):
            return i
    return len(segments) - 1


@lru_cache(maxsize=8)
def _component_pattern(keys: tuple[str, ...]) -> re.Pattern[str]:
    item = rf"(?:(?:{'|'.join(keys)})_|\$)[^,]*"
    return re.compile(f"{item}(?:,{item})*", re.DOTALL)


def _keep_components(components: list[list[str]], rule: Rule) -> list[bool]:
    """For each component whether it stays; layers may stand inside layers."""
    is_kept = [True] * len(components)
    opened: list[int] = []
    ends: dict[int, int] = {}
    for i, items in enumerate(components):
        if any(item.startswith(rule.drop) for item in items):
            is_kept[i] = False
            opened.append(i)
        if _END in items and opened:
            ends[opened.pop()] = i
    last = -1
    for i in range(len(components)):
        last = max(last, ends.get(i, -1))
        is_kept[i] = is_kept[i] and i > last
    return is_kept


def _find_source(address: Address, name: str) -> str:
    name = re.sub(r"^v\d+/", "", name)
    text = unquote(name) if re.match("https?%3a", name, re.IGNORECASE) else name
    query = "" if address.query is None else f"?{address.query}"
    return text + query if re.match("https?://", text, re.IGNORECASE) else ""
