"""XML with the place of everything (XML 1.0, Namespaces 1.0): a scanner of our own.

Expat refuses GBK, Shift_JIS and every broken feed; feeds are broken often. What isn't well-formed
is read as far as it makes sense. Nothing outside the document is ever loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from archiver.syntax.escapes import Codec, xml_codec

XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
XLINK = "http://www.w3.org/1999/xlink"
MAX_ENTITY_CHARACTERS = 200  # of an expanded entity, a URL's worth: more makes small files huge
MAX_ENTITIES = 1000
MAX_PREFIXES = 200  # declared at one place: each nested declaration copies those around it

_NAME = r"[^\s<>/=\"'&!?]+"
XML_TOKEN = re.compile(
    rf"""
      <!--(?:[^-]++|-(?!->))*+(?:-->|\Z)
    | <!\[CDATA\[(?P<cdata>(?:[^\]]++|\](?!\]>))*+)(?:\]\]>|\Z)
    | <\?(?:[^?]++|\?(?!>))*+(?:\?>|\Z)
    | <!DOCTYPE(?:[^\[<>"']++|"[^"]*+"|'[^']*+')*+
        (?:\[(?P<subset>(?:[^\]"'<]++|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)
                         |<!--(?:[^-]++|-(?!->))*+(?:-->|\Z)|<)*+)(?:\]\s*+)?+)?+(?:>|\Z)
    | </(?P<end>{_NAME}+)\s*+>
    | <(?P<start>{_NAME}+)(?P<attributes>(?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>
    | (?P<text>[^<]++)
    | <
    """,
    re.VERBOSE,
)
XML_ATTRIBUTE = re.compile(rf"({_NAME}+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')")
_ENTITY = re.compile(rf"<!ENTITY\s++({_NAME}+)\s++(?:\"([^\"]*+)\"|'([^']*+)')\s*+>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

Name = tuple[str, str]  # (namespace, local name)


class Piece(NamedTuple):
    """A run of character data: ``text[start:end]``; of a CDATA section its inside."""

    start: int
    end: int
    is_cdata: bool


@dataclass(slots=True, eq=False)
class XmlElement:
    """An element and its place in the tree.

    Attributes:
        attributes: name → where its raw value lies.
        start, end: its content.
        pieces: the character data directly inside.
        has_elements: whether other elements are inside.
    """

    name: Name
    parent: XmlElement | None
    attributes: Mapping[Name, tuple[int, int]]
    start: int
    end: int
    pieces: list[Piece] = field(default_factory=list)
    has_elements: bool = False


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """The elements in document order, and the codec that knows the document's own entities."""

    elements: tuple[XmlElement, ...]
    codec: Codec


class _Open(NamedTuple):
    raw_name: str
    element: XmlElement
    prefixes: Mapping[str, str]


def parse_xml(text: str) -> XmlDocument:
    """The elements of *text*; places count its characters.

    >>> [e.name[1] for e in parse_xml("<a><b/>x</a>").elements]
    ['a', 'b']
    """
    builder = _Builder(text)
    entities: dict[str, str] = {}
    for token in XML_TOKEN.finditer(text):
        if token["start"]:
            builder.open(token)
        elif token["end"]:
            builder.close(token["end"], token.start())
        elif token["cdata"] is not None:
            builder.add(Piece(*token.span("cdata"), is_cdata=True))
        elif token["text"]:
            builder.add(Piece(*token.span(), is_cdata=False))
        elif token["subset"] and not entities:
            entities = read_entities(token["subset"])
    builder.finish()
    return XmlDocument(tuple(builder.elements), xml_codec(entities))


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.elements: list[XmlElement] = []
        self.opened: list[_Open] = []
        self.counts: dict[str, int] = {}  # open elements by name: a stray end tag is known at once

    def open(self, token: re.Match[str]) -> None:
        outer = self.opened[-1] if self.opened else None
        raw = {m[1]: m.span(m.lastindex or 2) for m in self._attributes(token)}
        prefixes = self._prefixes(raw, outer.prefixes if outer else {"xml": XML_NAMESPACE})
        element = XmlElement(
            _resolved(token["start"], prefixes, prefixes.get("", "")),
            outer.element if outer else None,
            {_resolved(name, prefixes, ""): place for name, place in raw.items()},
            token.end(),
            token.end(),
        )
        if outer:
            outer.element.has_elements = True
        self.elements.append(element)
        if not token["attributes"].endswith("/"):
            self.opened.append(_Open(token["start"], element, prefixes))
            self.counts[token["start"]] = self.counts.get(token["start"], 0) + 1

    def _attributes(self, token: re.Match[str]) -> Iterator[re.Match[str]]:
        return XML_ATTRIBUTE.finditer(self.text, *token.span("attributes"))

    def _prefixes(
        self, raw: Mapping[str, tuple[int, int]], outer: Mapping[str, str]
    ) -> Mapping[str, str]:
        own = {
            name.partition(":")[2]: self.text[place[0] : place[1]]
            for name, place in raw.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        return {**outer, **own} if own and len(outer) < MAX_PREFIXES else outer

    def close(self, raw_name: str, end: int) -> None:
        if not self.counts.get(raw_name):
            return
        name = ""
        while name != raw_name:
            name, element, _ = self.opened.pop()
            self.counts[name] -= 1
            element.end = end

    def add(self, piece: Piece) -> None:
        if self.opened:
            self.opened[-1].element.pieces.append(piece)

    def finish(self) -> None:
        for opened in self.opened:
            opened.element.end = len(self.text)


def _resolved(raw_name: str, prefixes: Mapping[str, str], default: str) -> Name:
    prefix, colon, local = raw_name.partition(":")
    # A prefix nobody declared names itself: broken feeds use `media:` and `content:` so.
    return (prefixes.get(prefix, prefix), local) if colon else (default, raw_name)


def read_entities(subset: str) -> dict[str, str]:
    """The internal general entities of a document type, each expanded by those before it."""
    known: dict[str, str] = {}
    for match in _ENTITY.finditer(_COMMENT.sub("", subset)):
        name, value = match[1], match[2] if match[2] is not None else match[3]
        if name in known or len(known) >= MAX_ENTITIES or len(value) > MAX_ENTITY_CHARACTERS:
            continue
        longest = max(map(len, known.values()), default=0)
        if value.count("&") * longest > 100 * MAX_ENTITY_CHARACTERS:
            continue
        expanded = xml_codec(known).decode(value)[0]
        if len(expanded) <= MAX_ENTITY_CHARACTERS:
            known[name] = expanded
    return known
