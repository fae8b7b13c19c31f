"""The browser's tree of HTML (WHATWG, by `turbohtml`), presented by BeautifulSoup.

``BeautifulSoup(text, "turbohtml")`` works as for any other parser. A `TurboTreeBuilder` that is
given chosen elements builds only those: most of a page is of no interest to a finder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import turbohtml
from bs4 import BeautifulSoup, Comment, Doctype, ProcessingInstruction, Tag
from bs4.builder import HTMLTreeBuilder, builder_registry

MAX_BODY_TAGS = 256  # attributes of every later <body> are merged: quadratic memory beyond
_BODY_TAG = re.compile(r"<(?:body|html)(?=[\s/])", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LEAVES: dict[type, Any] = {
    turbohtml.Comment: Comment,
    turbohtml.Doctype: Doctype,
    turbohtml.ProcessingInstruction: ProcessingInstruction,
}


class SourceTag(Tag):
    """A tag that knows the element it came from; None on a new or copied one."""

    source: turbohtml.Element | None = None
    location: turbohtml.SourceLocation | None = None
    kept: dict[str, str] | None = None  # its attributes that references carry, once asked for

    def value(self, name: str) -> str:
        """An attribute's value for a quick look; in a byte view non-ASCII is one byte each."""
        value = self.attrs.get(name, "")
        return value if isinstance(value, str) else " ".join(value)

    def words(self, name: str) -> set[str]:
        """The lower-case words of an attribute such as ``rel`` or ``class``."""
        return set(self.value(name).lower().split())


class TurboTreeBuilder(HTMLTreeBuilder):
    """Builds BeautifulSoup's tree from turbohtml's.

    Args:
        document: an already parsed document; else the markup is parsed.
        chosen: build only these elements, in document order, nested as they are; None: the full
            tree with text and comments.
    """

    NAME = "turbohtml"
    features = (NAME, "html")
    soup: BeautifulSoup

    def __init__(
        self,
        document: turbohtml.Document | None = None,
        chosen: list[turbohtml.Element] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.document, self.chosen = document, chosen

    def prepare_markup(self, markup: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """The markup as it is: what is wrong with it is the parser's to bear."""
        yield markup, None, None, False

    def feed(self, markup: Any) -> None:
        """Hand the tree to the soup."""
        document = self.document or parse_tree(parse_copy(markup))
        if self.chosen is None:
            self._feed_all(document)
        else:
            self._feed_chosen(self.chosen)

    def _open(self, element: turbohtml.Element) -> None:
        attributes: dict[str, Any] = dict(cast(Any, element.attrs))
        tag = self.soup.handle_starttag(element.tag, None, None, attributes)
        if isinstance(tag, SourceTag):
            tag.source = element

    def _feed_chosen(self, chosen: list[turbohtml.Element]) -> None:
        opened: list[turbohtml.Element] = []
        for element, outer in _with_nearest(chosen):
            while opened and opened[-1] is not outer:
                self.soup.handle_endtag(opened.pop().tag)
            self._open(element)
            opened.append(element)
        for element in reversed(opened):
            self.soup.handle_endtag(element.tag)

    def _feed_all(self, document: turbohtml.Document) -> None:
        levels: list[tuple[str, Iterator[turbohtml.Node]]] = [("", iter(document.children))]
        while levels:
            node = next(levels[-1][1], None)
            if node is None:
                name, _ = levels.pop()
                if name:
                    self.soup.handle_endtag(name)
            elif isinstance(node, turbohtml.Element):
                self._open(node)
                levels.append((node.tag, iter(node.children)))
            else:
                self._feed_leaf(node, levels)

    def _feed_leaf(
        self, node: turbohtml.Node, levels: list[tuple[str, Iterator[turbohtml.Node]]]
    ) -> None:
        if isinstance(node, turbohtml.DocumentFragment):  # what a template holds
            levels.append(("", iter(node.children)))
            return
        kind = _LEAVES.get(type(node))
        if kind is not None:
            self.soup.endData()
        self.soup.handle_data(getattr(node, "data", "") or getattr(node, "name", ""))
        if kind is not None:
            self.soup.endData(kind)


builder_registry.register(TurboTreeBuilder)


def _with_nearest(
    chosen: list[turbohtml.Element],
) -> Iterator[tuple[turbohtml.Element, turbohtml.Element | None]]:
    """Each element with the nearest chosen one around it; every ancestor is visited once."""
    nearest: dict[Any, turbohtml.Element | None] = {}
    for element in chosen:
        path = []
        node: Any = element.parent
        while node is not None and node not in nearest:
            path.append(node)
            node = node.parent
        outer = nearest.get(node) if node is not None else None
        nearest.update(dict.fromkeys(path, outer))
        nearest[element] = element
        yield element, outer


def group_by_root(chosen: list[turbohtml.Element], size: int) -> Iterator[list[turbohtml.Element]]:
    """*chosen* in groups of *size* or a few more, none of which has its root in another."""
    if 0 < len(chosen) <= size:
        yield chosen
        return
    group: list[turbohtml.Element] = []
    for element, outer in _with_nearest(chosen):
        if outer is None and len(group) >= size:
            yield group
            group = []
        group.append(element)
    if group:
        yield group


def parse_tree(copy: str, *, scripting: bool = False) -> turbohtml.Document:
    """The tree of a `parse_copy`; its offsets are those of the original text."""
    return turbohtml.parse(
        copy,
        source_locations=True,
        scripting=scripting,
        allow_declarative_shadow_roots=False,
    )


def parse_copy(text: str) -> str:
    """*text* with the same length and tree, and nothing that breaks turbohtml or its offsets."""
    if "\r" in text:  # turbohtml counts CRLF as one
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    if text.startswith(("\ufeff", "\xef\xbb\xbf")):  # it would be taken for text
        text = text[1:].rjust(len(text)) if text[0] == "\ufeff" else text[3:].rjust(len(text))
    if not text.isascii() and _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
    lower = text.lower()
    if lower.count("<body") + lower.count("<html") > MAX_BODY_TAGS:
        text = _defuse(text)
    return text


def _defuse(text: str) -> str:
    seen = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        return match[0] if seen <= MAX_BODY_TAGS else "<span"

    return _BODY_TAG.sub(replace, text)
