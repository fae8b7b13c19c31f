"""Style sheets, and the CSS inside other documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from archiver.formats import ReadingSettings
from archiver.formats.findings import Findings
from archiver.model import Reading, Reference
from archiver.syntax.css import find_css_urls
from archiver.syntax.text import Text, codec_of
from archiver.syntax.urls import resolve, url_bounds

_CHARSET = re.compile(rb'@charset "([^"\r\n]{1,40})";')
_NO_IMAGE = re.compile(r"\.(?:woff2?|ttf|otf|eot|htc|css|js|xml)(?:$|[?#])", re.IGNORECASE)
_UNSAFE = {ord(mark): f"%{ord(mark):02X}" for mark in "\"'()\\ "}
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def read(data: bytes, base_url: str | None, settings: ReadingSettings) -> Reading:
    """Find the references of a style sheet; its URLs are relative to the sheet itself."""
    encoding = sheet_encoding(data, settings.charset)
    findings = Findings(settings)
    text = Text.from_bytes(data, encoding)
    if settings.is_moved and base_url is not None:
        _find_moved(text, findings, base_url)
    else:
        find_in_css(text, findings, base_url)
    return findings.reading("stylesheet", encoding, base_url)


def _find_moved(text: Text, findings: Findings, base_url: str) -> None:
    """As `find_in_css`; imported sheets too, and what stays as it is becomes absolute."""

    def other(value: Text, place: str) -> None:
        sheet = findings.add_sheet(value, "css import", base_url) if place == "import" else None
        url = sheet.url if sheet else resolve(value.text, base_url, text.encoding)
        span = sheet.span if sheet else value.span(*url_bounds(value.text))
        if url is not None:
            findings.adjust(span, written(url), unless=sheet, reason="moved")

    def written(url: str) -> bytes:
        return safe_in_css(url).encode(text.encoding)

    for reference, _ in find_in_css(text, findings, base_url, other=other):
        findings.adjust(reference.span, written(reference.url), unless=reference, reason="moved")


def safe_in_css(url: str) -> str:
    """*url*, absolute, with no character that would end it, quoted or not.

    >>> safe_in_css("https://h.example/it's(1).png")
    'https://h.example/it%27s%281%29.png'
    """
    return url.translate(_UNSAFE)


def sheet_encoding(data: bytes, declared: str = "") -> str:
    """Python's codec of a sheet: its BOM, the answer's charset, its ``@charset``, else UTF-8 (CSS
    Syntax 3, §3.2)."""
    for bom, encoding in _BOMS.items():
        if data.startswith(bom):
            return encoding
    said = codec_of(declared)
    if said:
        return said
    charset = _CHARSET.match(data)
    codec = codec_of(charset[1].decode("latin-1")) if charset else None
    # A sheet that can be read as ASCII up to its @charset is not UTF-16.
    return "utf-8" if codec is None or codec.startswith("utf-16") else codec


def find_in_css(
    text: Text,
    findings: Findings,
    base_url: str | None,
    role: str = "css",
    attributes: Mapping[str, str] | None = None,
    other: Callable[[Text, str], None] | None = None,
) -> list[tuple[Reference, str]]:
    """Find the references of *text*, which is CSS, each with its URL as it is written there.

    Args:
        text: decoded characters, no byte view.
        role: before ``url`` or ``image-set``.
        other: is given every URL that is no image's, decoded, and its place: ``font``, ``import``
            or ``url``.
    """
    found = []
    for url in find_css_urls(text.text):
        value = text.child(url.start, url.end, url.codec)
        if url.place in ("font", "import") or _NO_IMAGE.search(value.text):
            if other is not None:
                other(value, url.place)
            continue
        reference = findings.add_url(value, f"{role} {url.place}", base_url, attributes or {})
        if reference is not None:
            found.append((reference, value.text))
    return found
