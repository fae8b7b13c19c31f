"""One XML text while it is read: what feeds and SVG share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archiver.formats.findings import Findings
from archiver.model import Reference
from archiver.syntax.escapes import CDATA, XML_TEXT
from archiver.syntax.text import Text, codec_of
from archiver.syntax.urls import resolve_base
from archiver.syntax.xml import XML_NAMESPACE, Name, XmlDocument, XmlElement, parse_xml

_DECLARED = re.compile(rb"\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BASE = (XML_NAMESPACE, "base")


def xml_encoding(data: bytes) -> str:
    """Python's codec of an XML file: byte order mark, declaration, else UTF-8 (XML 1.0, app. F)."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    if data.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if data[0] else "utf-16-be"
    declared = _DECLARED.match(data[:400])
    codec = codec_of(declared[1].decode("ascii")) if declared else None
    return "utf-8" if codec is None or codec.startswith("utf-16") else codec


def xml_text(data: bytes, encoding: str) -> Text:
    """*data* for the scanner: bytes, where no trail byte looks like markup."""
    if encoding.startswith(("utf-16", "iso2022")):
        return Text.from_bytes(data, encoding)
    return Text.byte_view(data, encoding)


@dataclass(frozen=True, slots=True)
class XmlScope:
    """A parsed text with what it is relative to."""

    text: Text
    document: XmlDocument
    findings: Findings
    bases: dict[XmlElement, str | None]

    def base(self, element: XmlElement) -> str | None:
        """What URLs of *element* are relative to."""
        return self.bases[element]

    def value(self, element: XmlElement, *names: Name) -> str:
        """The raw value of the first attribute there is; "" for none."""
        for name in names:
            if name in element.attributes:
                start, end = element.attributes[name]
                return self.text.text[start:end]
        return ""

    def attribute(self, element: XmlElement, name: Name) -> Text | None:
        """The decoded value of an attribute."""
        place = element.attributes.get(name)
        return self.text.child(*place, self.document.codec) if place else None

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
            (self.text.child(start, end, CDATA if is_cdata else XML_TEXT), is_cdata)
            for start, end, is_cdata in element.pieces
            if not self.text.text[start:end].isspace()
        ]


def parse_scope(text: Text, findings: Findings, base_url: str | None) -> XmlScope:
    """Parse *text*; every ``xml:base`` counts for what is inside."""
    document = parse_xml(text.text)
    bases: dict[XmlElement, str | None] = {}
    for element in document.elements:
        base = bases[element.parent] if element.parent else base_url
        place = element.attributes.get(_BASE)
        if place:
            base = resolve_base(text.child(*place, document.codec).text, base)
        bases[element] = base
    return XmlScope(text, document, findings, bases)
