"""A feed that is saved elsewhere than its URL says: its relative URLs become absolute."""

from __future__ import annotations

import html
from collections.abc import Iterable

from archiver.formats.xml_scope import XmlScope
from archiver.syntax.text import Text
from archiver.syntax.urls import is_relative, resolve
from archiver.syntax.xml import XmlElement

_ATTRIBUTES = (("", "href"), ("", "url"), ("", "src"), ("", "image"))
_TEXTS = frozenset(("link", "url", "image", "icon", "logo", "id", "uri", "comments", "docs"))


def free_elements(elements: Iterable[XmlElement], scope: XmlScope) -> None:
    """Make the URLs of a feed's own elements absolute; their HTML was seen to when it was read."""
    for element in elements:
        values = [scope.attribute(element, name) for name in _ATTRIBUTES]
        if element.name[1] in _TEXTS and not element.has_elements:
            values += [text for text, _ in scope.content(element)][:1]
        for value in values:
            if value is not None:
                _free(value, element, scope)


def _free(value: Text, element: XmlElement, scope: XmlScope) -> None:
    base, url = scope.base(element), value.text.strip()
    absolute = resolve(url, base, value.encoding) if base and is_relative(url) else None
    if absolute is None:
        return
    span = value.span(0, len(value.text))
    reference = scope.findings.find(span)
    new = html.escape(absolute).encode("ascii")
    scope.findings.adjust(
        reference.span if reference else span, new, unless=reference, reason="moved"
    )
