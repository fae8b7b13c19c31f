"""What an item of an XML feed says of itself: who it is and when it came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from archiver.feeds.spans import Item
from archiver.model import Span
from archiver.syntax.dates import read_date
from archiver.syntax.escapes import XML_TEXT
from archiver.syntax.xml import XmlElement, parse_xml

_IDS = ("guid", "id")
# Best first: an item keeps its place though it is changed later.
_DATES = ("pubDate", "published", "issued", "date", "created", "updated", "modified")
_RDF = ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf")


def describe_item(raw: str, span: Span) -> Item:
    """The facts of the item whose text is *raw*, which stands at *span*."""
    elements = parse_xml(raw).elements
    item = elements[0]
    children = [element for element in elements if element.parent is item]
    texts = _first_texts(raw, children, _DATES)
    own = [child for child in children if child.name[0] in ("", item.name[0])]
    about = _about(raw, item)
    key = about.strip() or next(iter(_values(_first_texts(raw, own, _IDS), _IDS)), "")
    return Item(
        span,
        key or _link(raw, children),
        _digest(raw, elements),
        next((d for d in map(read_date, _values(texts, _DATES)) if d), None),
        about,
    )


def _values(texts: Mapping[str, str], names: Iterable[str]) -> Iterable[str]:
    return (texts[name] for name in names if texts.get(name))


def _first_texts(raw: str, children: Iterable[XmlElement], names: Iterable[str]) -> dict[str, str]:
    """Local name → text of the first child of that name that says anything."""
    texts: dict[str, str] = {}
    for child in children:
        name = child.name[1]
        if name in names:
            texts[name] = texts.get(name) or _text(raw, child)
    return texts


def _text(raw: str, element: XmlElement) -> str:
    parts = (
        raw[start:end] if is_cdata else XML_TEXT.decode(raw[start:end])[0]
        for start, end, is_cdata in element.pieces
    )
    return " ".join("".join(parts).split())


def _about(raw: str, item: XmlElement) -> str:
    for namespace in _RDF:
        place = item.attributes.get((namespace, "about"))
        if place:
            return raw[slice(*place)]
    return ""


def _link(raw: str, children: Iterable[XmlElement]) -> str:
    """RSS's ``<link>``, or Atom's to the item's page; the first that says anything."""
    for child in children:
        if child.name[1] != "link":
            continue
        place = child.attributes.get(("", "href"))
        rel = child.attributes.get(("", "rel"))
        if place and (rel is None or raw[slice(*rel)] == "alternate"):
            return XML_TEXT.decode(raw[slice(*place)])[0].strip()
        if text := _text(raw, child):
            return text
    return ""


def _digest(raw: str, elements: Iterable[XmlElement]) -> bytes:
    """Of the names, texts and attributes below the item; how they are spelled doesn't count."""
    digest = hashlib.blake2b(digest_size=16)
    for number, element in enumerate(elements):
        words = [element.name[1], _text(raw, element)]
        if number:  # what stands in the item's own tag changes when it moves to another feed
            words += [XML_TEXT.decode(raw[slice(*p)])[0] for p in element.attributes.values()]
        digest.update("\0".join(words).encode("utf-8", "surrogatepass") + b"\1")
    return digest.digest()
