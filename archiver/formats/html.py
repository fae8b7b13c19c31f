"""HTML documents, and the HTML inside other documents."""

from __future__ import annotations

import html
import re
from bisect import bisect_left

import turbohtml

from archiver.formats import ReadingSettings
from archiver.formats.findings import Findings
from archiver.formats.html_base import (
    disarm_checks,
    disarm_policy,
    empty_base,
    find_base,
    free_from_base,
)
from archiver.formats.html_elements import choose, find_backgrounds, find_places
from archiver.formats.html_finders import find_own
from archiver.formats.html_lazy import IMAGE_TAGS, fill_placeholder, find_lazy
from archiver.formats.html_metadata import find_json_ld, find_meta
from archiver.formats.html_moved import choose_rebaser, find_sheet, free_refresh
from archiver.formats.html_scope import Escape, Scope
from archiver.formats.html_scripts import note_scripts
from archiver.formats.html_smaller import offer_smaller
from archiver.model import Reading
from archiver.syntax.escapes import HTML_ATTRIBUTE
from archiver.syntax.html import HtmlPage, parse_html, switched_off
from archiver.syntax.html_tree import SourceTag
from archiver.syntax.text import Text, codec_of
from archiver.syntax.urls import resolve_base

MAX_NESTING = 4  # srcdoc in srcdoc; each level escapes all escapes of the last
_CHARSET = re.compile(rb"charset\s*+=\s*+[\"']?\s*+([\w-]++)")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CDATA_START = re.compile(r"\s*+<!\[CDATA\[")
_XML = re.compile(r"(?:\ufeff|\xef\xbb\xbf)?<\?xml\s")
# Only in XML do these end here; to an HTML parser all that follows would be their text.
_EMPTY = re.compile(
    r"<(?:script|style|title|textarea|iframe|noscript|noembed|noframes|xmp)"
    r"(?:\s[^<>]*)?/>"
)
_NOSCRIPT_END = re.compile("</noscript", re.IGNORECASE)


def read(data: bytes, base_url: str | None, settings: ReadingSettings) -> Reading:
    """Find the references of an HTML document."""
    encoding = html_encoding(data, settings.charset if codec_of(settings.charset) else None)
    findings = Findings(settings)
    text = html_text(data, encoding)
    if _is_xml(text):
        text = text.with_text(_EMPTY.sub(lambda match: " " * len(match[0]), text.text))
    base = find_in_html(text, findings, base_url)
    reading = findings.reading("html", encoding, base)
    return note_scripts(text, reading) if settings.is_moved else reading


def html_text(data: bytes, encoding: str) -> Text:
    """*data* for `find_in_html`: bytes where its grammar allows, so that no byte is lost."""
    if encoding.startswith(("utf-16", "iso2022")):
        return Text.from_bytes(data, encoding)
    return Text.byte_view(data, encoding)


def _is_xml(text: Text) -> bool:
    """Whether it is XHTML that says so; a browser reads it as XML from disk."""
    return _XML.match(text.text) is not None


def html_encoding(data: bytes, declared: str | None = None) -> str:
    """Python's codec of an HTML file, as a browser tells it.

    Args:
        declared: the label of the HTTP header; a byte order mark outranks it.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    if declared is None and _is_utf8(data):
        return "utf-8"
    document = turbohtml.parse(data, encoding=declared, detect_encoding=True, positions=False)
    return codec_of(document.encoding) or "utf-8"


def _is_utf8(data: bytes) -> bool:
    """Whether nothing in *data* speaks against UTF-8; undeclared ASCII is taken for it too."""
    lower = data.lower()
    place = -1
    while (place := lower.find(b"charset", place + 1)) >= 0:
        label = _CHARSET.match(lower, place)
        if label and label[1] not in (b"utf-8", b"utf8"):
            return False
    if data.isascii():
        return b"\x1b" not in data and b"\0" not in data[:64]  # ISO-2022-JP, UTF-16
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data[:64]


def find_in_html(
    text: Text,
    findings: Findings,
    base_url: str | None,
    prefix: str = "",
    escapes: tuple[Escape, ...] = (),
) -> str | None:
    """Find the references of *text*, which is HTML: a document, or a piece of one.

    Args:
        text: a byte view, a decoded text, or one in which all else is masked.
        base_url: of the document; its own ``<base>`` counts.
        prefix: goes before every role.
        escapes: how the text is written in its file, innermost first; for adjustments.

    Returns:
        What relative URLs of the text resolve against.
    """
    page = parse_html(text, choose)
    base = find_in_page(page, findings, base_url, prefix, escapes)
    if _scripting_matters(page):
        page = parse_html(text, choose, scripting=True)
        find_in_page(page, findings, base_url, prefix, escapes)
    return base


def find_in_page(
    page: HtmlPage,
    findings: Findings,
    base_url: str | None,
    prefix: str = "",
    escapes: tuple[Escape, ...] = (),
) -> str | None:
    """As `find_in_html`, for a text that is parsed already (with `choose`)."""
    for span in switched_off(page.text):
        findings.exclude(span)
    base = find_base(page)
    scope = Scope(
        page,
        findings,
        base_url if base is None else resolve_base(base[1], base_url),
        prefix,
        escapes,
        choose_rebaser(page, base[1] if base else None, base_url, findings.settings),
        page.document.select_one("noscript") is not None,
    )
    find_own(scope)
    for tag in page.tags():
        _find_in_tag(tag, scope)
    if scope.rebase is not None:
        if base is not None:
            empty_base(scope, base[0])
        free_from_base(scope)
    return scope.base_url


def _find_in_tag(tag: SourceTag, scope: Scope) -> None:
    special = _SPECIAL.get(tag.name)
    if special is not None:
        special(tag, scope)
    if tag.name == "a" and not scope.findings.settings.full_links:
        return
    found = find_places(tag, scope)
    if tag.name in IMAGE_TAGS:
        lazy = find_lazy(tag, scope)
        fill_placeholder(tag, scope, lazy)
        found += lazy
        if tag.name == "img":
            offer_smaller(tag, scope, found)
    if found:
        disarm_checks(tag, scope, found)
    find_backgrounds(tag, scope)


def _find_in_style(tag: SourceTag, scope: Scope) -> None:
    place = scope.page.raw_text(tag)
    if place is None:
        return
    # In SVG a style element is ordinary content: entities count there, tags end the text.
    is_svg = tag.source is not None and tag.source.namespace != turbohtml.Namespace.HTML
    if is_svg:
        end = scope.page.text.text.find("<", _past_cdata_start(scope.page.text.text, place[0]))
        place = place[0], min(end if end >= 0 else place[1], place[1])
    has_entities = is_svg or _is_xml(scope.page.text)
    if "<![CDATA[" in scope.page.text.text[slice(*place)]:
        has_entities = False
    text = scope.page.text.child(*place, HTML_ATTRIBUTE if has_entities else None)
    scope.css(text, tag, escaped=has_entities)


def _past_cdata_start(text: str, start: int) -> int:
    match = _CDATA_START.match(text, start)
    return match.end() if match else start


def _find_in_srcdoc(tag: SourceTag, scope: Scope) -> None:
    value = scope.page.value(tag, "srcdoc")
    if value is not None and len(scope.escapes) < MAX_NESTING:
        prefix = scope.role(tag, "iframe srcdoc")
        escapes = (html.escape, *scope.escapes)
        find_in_html(value, scope.findings, scope.base_url, prefix, escapes)


def _find_in_meta(tag: SourceTag, scope: Scope) -> None:
    disarm_policy(tag, scope)
    free_refresh(tag, scope)
    find_meta(tag, scope)


_SPECIAL = {
    "style": _find_in_style,
    "iframe": _find_in_srcdoc,
    "meta": _find_in_meta,
    "script": find_json_ld,
    "link": find_sheet,
}


def _scripting_matters(page: HtmlPage) -> bool:
    """Whether a browser that runs scripts, to which ``noscript`` is text, sees other tags.

    It doesn't where every ``noscript`` element ends at the first ``</noscript`` behind its start.
    """
    elements = page.document.select("noscript")
    if not elements:
        return False
    text = page.text.text
    ends = [match.start() for match in _NOSCRIPT_END.finditer(text)]
    for element in elements:
        place = page.content(element)
        first = bisect_left(ends, place[0]) if place else 0
        if place is None or place[1] != (ends[first] if first < len(ends) else len(text)):
            return True
    return False
