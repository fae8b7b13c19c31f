"""What a browser makes of a text: to compare two, and to list what one holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import turbohtml

from archiver.syntax.html_tree import parse_copy, parse_tree

Node = tuple[int, str, str, dict[str, Any]]
"""Depth, kind or namespace, name or text, attributes."""


def shape_of(text: str) -> list[Node]:
    """The tree of *text* in document order; equal for texts that are the same to a browser."""
    return [_describe(depth, node) for depth, node in _walk(parse_tree(parse_copy(text)))]


def names_in(text: str) -> dict[str, set[str]]:
    """Names of the elements in *text* → those of their attributes, in templates too."""
    found: dict[str, set[str]] = {}
    for _, node in _walk(parse_tree(parse_copy(text))):
        if isinstance(node, turbohtml.Element):
            found.setdefault(node.tag, set()).update(node.attrs)
    return found


def _walk(root: Any) -> Iterator[tuple[int, Any]]:
    """Without recursion: pages nest as deep as they like."""
    waiting = [(0, root)]
    while waiting:
        depth, node = waiting.pop()
        yield depth, node
        waiting += [(depth + 1, child) for child in reversed(list(getattr(node, "children", ())))]


def _describe(depth: int, node: Any) -> Node:
    if isinstance(node, turbohtml.Element):
        return depth, str(node.namespace), node.tag, dict(node.attrs)
    return depth, type(node).__name__, str(getattr(node, "data", "")), {}
