"""XML with the place of everything (XML 1.0, Namespaces 1.0): a scanner of our own.

Expat refuses GBK, Shift_JIS and every broken feed; feeds are broken often. What isn't well-formed
is read as far as it makes sense. Nothing outside the document is ever loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from archiver.syntax.escapes import Codec, xml_codec
from archiver.syntax.patterns import compile_pattern

XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
XLINK = "http://www.w3.org/1999/xlink"
MAX_ENTITY_CHARACTERS = 200  # of an expanded entity, a URL's worth: more makes small files huge
MAX_ENTITIES = 1000
MAX_PREFIXES = 200  # declared at one place: each nested declaration copies those around it

_NAME = r"[^\s<>/=\"'&!?]+"
_TOKEN = rf"""
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
    """
XML_TOKEN = compile_pattern(_TOKEN, re.VERBOSE)
XML_TOKEN_OF_BYTES = compile_pattern(_TOKEN.encode(), re.VERBOSE)
_ATTRIBUTE = rf"({_NAME}+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')"
XML_ATTRIBUTE = compile_pattern(_ATTRIBUTE)
XML_ATTRIBUTE_OF_BYTES = compile_pattern(_ATTRIBUTE.encode())
_ENTITY = compile_pattern(rf"<!ENTITY\s++({_NAME}+)\s++(?:\"([^\"]*+)\"|'([^']*+)')\s*+>")
_COMMENT = compile_pattern(r"<!--.*?-->", re.DOTALL)

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
    is_whole: bool


def parse_xml(text: str) -> XmlDocument:
    """The elements of *text*; places count its characters.

    >>> [e.name[1] for e in parse_xml("<a><b/>x</a>").elements]
    ['a', 'b']
    """
    walk = XmlWalk(text)
    elements = tuple(element for group in walk.groups() for element in group)
    return XmlDocument(elements, walk.codec)


class XmlWalk:
    """Gives the elements of a text as they end, so that no tree of it all is kept.

    Args:
        text: characters, or bytes that are to be read one character a byte (a byte view).
        is_whole: whether the elements inside one of that name are given together with it, and the
            text between them is kept; None: of all names.

    Attributes:
        codec: knows the document's own entities, as far as they were met.
    """

    def __init__(self, text: str | bytes, is_whole: Callable[[Name], bool] | None = None) -> None:
        self._text, self._is_whole = text, is_whole or (lambda name: True)
        self._attribute: re.Pattern[Any] = (
            XML_ATTRIBUTE if isinstance(text, str) else XML_ATTRIBUTE_OF_BYTES
        )
        self._pending: list[XmlElement] = []  # in document order
        self._opened: list[_Open] = []
        self._counts: dict[str, int] = {}  # open elements by name: a stray end tag is known at once
        self._whole = 0  # open elements that are given whole
        self._entities: dict[str, str] = {}
        self.codec = xml_codec({})

    def groups(self) -> Iterator[list[XmlElement]]:
        """The elements: each group is an element and all inside it, in document order."""
        for token in _tokens(self._text):
            if token["start"]:
                yield from self._open(token)
            elif token["end"]:
                yield from self._close(as_text(token["end"]), token.start())
            elif token["cdata"] is not None:
                self._add(Piece(*token.span("cdata"), is_cdata=True))
            elif token["text"]:
                self._add(Piece(*token.span(), is_cdata=False))
            elif token["subset"] and not self._entities:
                self._entities = read_entities(as_text(token["subset"]))
                self.codec = xml_codec(self._entities)
        while self._opened:
            yield from self._pop(len(self._text))

    def _open(self, token: re.Match[Any]) -> Iterator[list[XmlElement]]:
        outer = self._opened[-1] if self._opened else None
        places = self._attribute.finditer(self._text, *token.span("attributes"))
        raw = {as_text(m[1]): m.span(m.lastindex or 2) for m in places}
        prefixes = self._prefixes(raw, outer.prefixes if outer else {"xml": XML_NAMESPACE})
        raw_name = as_text(token["start"])
        element = XmlElement(
            _resolved(raw_name, prefixes, prefixes.get("", "")),
            outer.element if outer else None,
            {_resolved(name, prefixes, ""): place for name, place in raw.items()},
            token.end(),
            token.end(),
        )
        if outer:
            outer.element.has_elements = True
            if not self._whole:
                outer.element.pieces.clear()
        self._pending.append(element)
        is_whole = self._is_whole(element.name)
        self._opened.append(_Open(raw_name, element, prefixes, is_whole))
        self._whole += is_whole
        self._counts[raw_name] = self._counts.get(raw_name, 0) + 1
        if as_text(token["attributes"]).endswith("/"):
            yield from self._pop(token.end())

    def _prefixes(
        self, raw: Mapping[str, tuple[int, int]], outer: Mapping[str, str]
    ) -> Mapping[str, str]:
        own = {
            name.partition(":")[2]: as_text(self._text[place[0] : place[1]])
            for name, place in raw.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        return {**outer, **own} if own and len(outer) < MAX_PREFIXES else outer

    def _close(self, raw_name: str, end: int) -> Iterator[list[XmlElement]]:
        while self._counts.get(raw_name):
            is_last = self._opened[-1].raw_name == raw_name
            yield from self._pop(end)
            if is_last:
                return

    def _pop(self, end: int) -> Iterator[list[XmlElement]]:
        """End the innermost open element."""
        opened = self._opened.pop()
        opened.element.end = end
        self._counts[opened.raw_name] -= 1
        self._whole -= opened.is_whole
        if not self._whole:  # then the open ones are all that pends before it
            group = self._pending[len(self._opened) :]
            del self._pending[len(self._opened) :]
            yield group

    def _add(self, piece: Piece) -> None:
        if self._opened:
            self._opened[-1].element.pieces.append(piece)


def _tokens(text: str | bytes) -> Iterator[re.Match[Any]]:
    return XML_TOKEN.finditer(text) if isinstance(text, str) else XML_TOKEN_OF_BYTES.finditer(text)


def as_text(raw: str | bytes) -> str:
    """Characters, or bytes as they are in a byte view."""
    return raw if isinstance(raw, str) else raw.decode("latin-1")


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
        expanded = xml_codec(known).decode(value)[0]
        if len(expanded) <= MAX_ENTITY_CHARACTERS:
            known[name] = expanded
    return known
