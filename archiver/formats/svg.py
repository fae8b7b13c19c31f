"""SVG documents."""

from __future__ import annotations

from archiver.formats import ReadingSettings
from archiver.formats.findings import Findings
from archiver.formats.stylesheet import find_in_css
from archiver.formats.xml_scope import XmlScope, XmlSource
from archiver.model import Reading
from archiver.syntax.srcset import split_srcset
from archiver.syntax.xml import XLINK, XmlElement
from archiver.syntax.xml_encoding import xml_encoding

SVG = "http://www.w3.org/2000/svg"
XHTML = "http://www.w3.org/1999/xhtml"
_LINKING = ("image", "use", "feImage")
_HREF, _XLINK_HREF = ("", "href"), (XLINK, "href")
_CSS_ATTRIBUTES = (
    "style", "fill", "stroke", "filter", "mask", "clip-path", "cursor", "marker-start",
    "marker-mid", "marker-end",
)  # fmt: skip


def read(data: bytes, base_url: str | None, settings: ReadingSettings) -> Reading:
    """Find the references of an SVG document."""
    encoding = xml_encoding(data)
    findings = Findings(settings)
    scope = XmlScope(XmlSource(data, encoding), findings, base_url, lambda name: name[1] == "style")
    for group in scope.groups():
        for element in group:
            find_in_element(element, scope)
    return findings.reading("svg", encoding, base_url)


def find_in_element(element: XmlElement, scope: XmlScope) -> None:
    """The references of one element: SVG, or XHTML in a ``foreignObject``."""
    namespace, name = element.name
    if namespace == SVG and name in _LINKING:
        # `xlink:href` counts only without `href`.
        href = _HREF if _HREF in element.attributes else _XLINK_HREF
        scope.add_attribute(element, href, f"svg {name} href")
    if namespace == XHTML and name == "img":
        scope.add_attribute(element, ("", "src"), "img src")
        _add_srcset(element, scope)
    if name == "style":
        for css, _ in scope.content(element):
            find_in_css(css, scope.findings, scope.base(element))
    for attribute in _CSS_ATTRIBUTES:
        value = scope.attribute(element, ("", attribute))
        if value is not None:
            find_in_css(value, scope.findings, scope.base(element))


def _add_srcset(element: XmlElement, scope: XmlScope) -> None:
    value = scope.attribute(element, ("", "srcset"))
    for entry in split_srcset(value.text) if value else ():
        assert value is not None
        base = scope.base(element)
        scope.findings.add_url(value, "img srcset", base, {}, entry.start, entry.end)
