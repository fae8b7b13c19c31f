"""Feeds: RSS 0.9x to 2.0, RDF, Atom, and JSON Feed."""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from archiver.formats import ReadingSettings
from archiver.formats.feed_moved import free_elements
from archiver.formats.findings import Findings
from archiver.formats.html import find_in_html
from archiver.formats.image_urls import names_an_image
from archiver.formats.xml_scope import XmlScope, XmlSource
from archiver.model import Reading
from archiver.syntax.json_strings import find_strings, is_json
from archiver.syntax.scalars import Scalar
from archiver.syntax.text import Text
from archiver.syntax.xml import XmlElement
from archiver.syntax.xml_encoding import xml_encoding

PART = 2000  # some thousand items; its memory is less than what the program itself takes
ATOM = "http://www.w3.org/2005/Atom"
CONTENT = ("http://purl.org/rss/1.0/modules/content/", "content")
MEDIA = ("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss", "media")
ITUNES = ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes")
GOOGLE = ("http://www.google.com/schemas/play-podcasts/1.0", "googleplay")
WEBFEEDS = ("http://webfeeds.org/rss/1.0", "webfeeds")
RSS = (
    "",
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://backend.userland.com/rss2",
)

_URL, _HREF, _TYPE, _REL = ("", "url"), ("", "href"), ("", "type"), ("", "rel")
_JSON_IMAGES = ("image", "banner_image", "icon", "favicon", "avatar")


def read(data: bytes, base_url: str | None, settings: ReadingSettings) -> Reading:
    """Find the references of a feed, with those of the HTML inside."""
    (reading,) = read_parts(data, base_url, settings, sys.maxsize)
    return reading


def read_parts(
    data: bytes, base_url: str | None, settings: ReadingSettings, part: int = PART
) -> Iterator[Reading]:
    """As `read`, some items after the others: of a long feed little is held at a time.

    Args:
        part: so many references and adjustments, or a few more, are a part.
    """
    encoding = xml_encoding(data)
    findings = Findings(settings)
    find = _find_in_json if is_json(data) else _find_in_xml
    for _ in find(data, encoding, findings, base_url):
        if findings.count >= part:
            yield findings.reading("feed", encoding, base_url)
            findings.forget()
    yield findings.reading("feed", encoding, base_url)


def _find_in_xml(
    data: bytes, encoding: str, findings: Findings, base_url: str | None
) -> Iterator[None]:
    """Gives way between elements; what comes later has nothing to do with what was found."""
    scope = XmlScope(XmlSource(data, encoding), findings, base_url, _BY_NAME.__contains__)
    for group in scope.groups():
        for element in group:
            _find_in_element(element, scope)
        if findings.settings.is_moved:
            free_elements(group, scope)
        yield


@dataclass(frozen=True, slots=True)
class Row:
    """An element that names an image or holds HTML; `find` says how."""

    namespaces: tuple[str, ...]
    name: str
    find: Callable[[XmlElement, XmlScope], None]


def _is_image(element: XmlElement, scope: XmlScope, url: tuple[str, str]) -> bool:
    return _says_image(scope.value(element, _TYPE, ("", "medium")), scope.value(element, url))


def _says_image(kind: str, url: str) -> bool:
    """By media type or medium, where it has one; else by the URL's spelling."""
    return kind.lower().startswith("image") if kind else names_an_image(url)


def _enclosure(element: XmlElement, scope: XmlScope) -> None:
    scope.add_attribute(element, _URL, "rss enclosure", _is_image(element, scope, _URL))


def _media_content(element: XmlElement, scope: XmlScope) -> None:
    scope.add_attribute(element, _URL, "media:content", _is_image(element, scope, _URL))


def _media_thumbnail(element: XmlElement, scope: XmlScope) -> None:
    scope.add_attribute(element, _URL, "media:thumbnail")


def _podcast_image(element: XmlElement, scope: XmlScope) -> None:
    scope.add_attribute(element, _HREF, "itunes:image")


def _cover(element: XmlElement, scope: XmlScope) -> None:
    scope.add_attribute(element, ("", "image"), "webfeeds:cover")


def _atom_link(element: XmlElement, scope: XmlScope) -> None:
    is_enclosure = scope.value(element, _REL).lower() in ("enclosure", "icon", "image_src")
    wanted = is_enclosure and _is_image(element, scope, _HREF)
    scope.add_attribute(element, _HREF, "atom enclosure", wanted)


def _image_url(element: XmlElement, scope: XmlScope) -> None:
    """``<image><url>…</url></image>``."""
    if element.parent is not None and element.parent.name[1] == "image":
        _add_text(element, scope, "rss image url")


def _bare_image(element: XmlElement, scope: XmlScope) -> None:
    """``<image>URL</image>`` of an item: no standard, but found."""
    if not element.has_elements:
        _add_text(element, scope, "rss image")


def _atom_picture(element: XmlElement, scope: XmlScope) -> None:
    _add_text(element, scope, f"atom {element.name[1]}")


def _webfeeds_picture(element: XmlElement, scope: XmlScope) -> None:
    _add_text(element, scope, f"webfeeds:{element.name[1]}")


def _add_text(element: XmlElement, scope: XmlScope, role: str) -> None:
    content = scope.content(element)
    if len(content) == 1:  # a URL in several runs can't be replaced as a whole
        scope.findings.add_url(content[0][0], role, scope.base(element))


def _rss_html(element: XmlElement, scope: XmlScope) -> None:
    is_encoded = element.name[1] == "encoded"
    _find_html(element, scope, "content:encoded" if is_encoded else element.name[1])


def _atom_text(element: XmlElement, scope: XmlScope) -> None:
    kind = scope.value(element, _TYPE).lower()
    if kind in ("html", "text/html"):
        _find_html(element, scope, "atom html")
    elif kind in ("xhtml", "application/xhtml+xml"):
        _find_xhtml(element, scope, "atom xhtml")


def _find_html(element: XmlElement, scope: XmlScope, role: str) -> None:
    if element.has_elements:  # HTML that nobody escaped
        _find_xhtml(element, scope, role)
        return
    for text, is_cdata in scope.content(element):
        escapes = () if is_cdata else (html.escape,)
        find_in_html(text, scope.findings, scope.base(element), role, escapes)


def _find_xhtml(element: XmlElement, scope: XmlScope, role: str) -> None:
    text = scope.source.child(element.start, element.end)
    find_in_html(text, scope.findings, scope.base(element), role)


ROWS = (
    Row(RSS, "enclosure", _enclosure),
    Row(MEDIA, "content", _media_content),
    Row(MEDIA, "thumbnail", _media_thumbnail),
    Row((*ITUNES, *GOOGLE), "image", _podcast_image),
    Row(WEBFEEDS, "cover", _cover),
    Row(WEBFEEDS, "icon", _webfeeds_picture),
    Row(WEBFEEDS, "logo", _webfeeds_picture),
    Row(RSS, "url", _image_url),
    Row(RSS, "image", _bare_image),
    Row(CONTENT, "encoded", _rss_html),
    Row(RSS, "description", _rss_html),
    Row((ATOM,), "link", _atom_link),
    Row((ATOM,), "logo", _atom_picture),
    Row((ATOM,), "icon", _atom_picture),
    *(
        Row((ATOM,), name, _atom_text)
        for name in ("content", "summary", "title", "subtitle", "rights")
    ),
)
_BY_NAME = {(namespace, row.name): row for row in ROWS for namespace in row.namespaces}


def _find_in_element(element: XmlElement, scope: XmlScope) -> None:
    row = _BY_NAME.get(element.name)
    if row is not None:
        row.find(element, scope)


def _escape_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _find_in_json(
    data: bytes, encoding: str, findings: Findings, base_url: str | None
) -> Iterator[None]:
    """JSON Feed 1.1; gives way as `_find_in_xml`."""
    text = Text.from_bytes(data, encoding)
    attachment: dict[str, Scalar] = {}
    end = 0
    for string in find_strings(text.text):
        if attachment and "}" in text.text[end : string.start]:
            _add_attachment(attachment, text, findings, base_url)
            attachment = {}
        end = string.end
        if not string.path:
            continue
        key, value = string.path[-1], text.child(string.start, string.end, string.codec)
        if key == "content_html":
            find_in_html(value, findings, base_url, "json content_html", (_escape_json,))
            yield
        elif key in _JSON_IMAGES:
            findings.add_url(value, f"json {key}", base_url)
            yield
        elif string.path[-2:-1] == ("attachments",):
            attachment[key] = string
    _add_attachment(attachment, text, findings, base_url)


def _add_attachment(
    said: Mapping[str, Scalar], text: Text, findings: Findings, base_url: str | None
) -> None:
    url, kind = said.get("url"), said.get("mime_type")
    if url and _says_image(kind.value if kind else "", url.value):
        value = text.child(url.start, url.end, url.codec)
        findings.add_url(value, "json attachment", base_url)
