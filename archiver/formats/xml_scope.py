"""One XML text while it is read: what feeds and SVG share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archiver.formats.findings import Findings
from archiver.model import Reference, Span
from archiver.syntax.escapes import CDATA, XML_TEXT, Codec
from archiver.syntax.html import switched_off
from archiver.syntax.text import Text
from archiver.syntax.urls import resolve_base
from archiver.syntax.xml import XML_NAMESPACE, Name, XmlElement, XmlWalk, as_text

_BASE = (XML_NAMESPACE, "base")


class XmlSource:
    """The text of an XML file: bytes, where no trail byte looks like markup, so that no second
    form of the whole file is kept; else its characters."""

    def __init__(self, data: bytes, encoding: str) -> None:
        self._data, self._encoding = data, encoding
        has_byte_view = not encoding.startswith(("utf-16", "iso2022"))
        self._text = None if has_byte_view else Text.from_bytes(data, encoding)

    @property
    def scanned(self) -> str | bytes:
        """What places count in."""
        return self._data if self._text is None else self._text.text

    def cut(self, start: int, end: int) -> str:
        """The raw characters there; in bytes non-ASCII is one character a byte."""
        return as_text(self.scanned[start:end])

    def child(self, start: int, end: int, codec: Codec | None = None) -> Text:
        """What stands there, decoded; see `Text.child`."""
        if self._text is not None:
            return self._text.child(start, end, codec)
        return Text.byte_view(self._data, self._encoding, start, end).child(0, end - start, codec)

    def switched_off(self) -> Iterator[Span]:
        """See `archiver.syntax.html.switched_off`."""
        if self._text is not None:
            yield from switched_off(self._text)
        elif b"archiver:off" in self._data:
            yield from switched_off(Text.byte_view(self._data, self._encoding))


class XmlScope:
    """A text while it is read, with what it is relative to.

    Args:
        is_whole: see `XmlWalk`.
    """

    def __init__(
        self,
        source: XmlSource,
        findings: Findings,
        base_url: str | None,
        is_whole: Callable[[Name], bool],
    ) -> None:
        self.source, self.findings = source, findings
        self._base_url = base_url
        self._walk = XmlWalk(source.scanned, is_whole)
        self._bases: dict[XmlElement, str | None] = {}
        for span in source.switched_off():
            findings.exclude(span)

    def groups(self) -> Iterator[list[XmlElement]]:
        """The elements as they end; see `XmlWalk.groups`."""
        for group in self._walk.groups():
            yield group
            for element in group:
                self._bases.pop(element, None)

    def base(self, element: XmlElement) -> str | None:
        """What URLs of *element* are relative to: every ``xml:base`` counts for what is inside."""
        path: list[XmlElement] = []
        node: XmlElement | None = element
        while node is not None and node not in self._bases:
            path.append(node)
            node = node.parent
        base = self._base_url if node is None else self._bases[node]
        for inner in reversed(path):
            place = inner.attributes.get(_BASE)
            if place:
                base = resolve_base(self.source.child(*place, self._walk.codec).text, base)
            self._bases[inner] = base
        return base

    def value(self, element: XmlElement, *names: Name) -> str:
        """The raw value of the first attribute there is; "" for none."""
        for name in names:
            if name in element.attributes:
                start, end = element.attributes[name]
                return self.source.cut(start, end)
        return ""

    def attribute(self, element: XmlElement, name: Name) -> Text | None:
        """The decoded value of an attribute."""
        place = element.attributes.get(name)
        return self.source.child(*place, self._walk.codec) if place else None

    def add_attribute(
        self, element: XmlElement, name: Name, role: str, is_wanted: bool = True
    ) -> Reference | None:
        """The reference that an attribute is."""
        value = self.attribute(element, name) if is_wanted else None
        return self.findings.add_url(value, role, self.base(element)) if value else None

    def content(self, element: XmlElement) -> list[tuple[Text, bool]]:
        """The decoded runs of character data that are not blank, and whether each is CDATA.

        The document's own entities are left alone: in a long text they could grow without bound.
        """
        return [
            (self.source.child(start, end, CDATA if is_cdata else XML_TEXT), is_cdata)
            for start, end, is_cdata in element.pieces
            if not self.source.cut(start, end).isspace()
        ]
