"""Style sheets, and the CSS inside other documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from archiver.formats import ReadingSettings
from archiver.formats.findings import Findings
from archiver.model import Reading, Reference
from archiver.syntax.css import find_css_urls
from archiver.syntax.text import Text, codec_of

_CHARSET = re.compile(rb'@charset "([^"\r\n]{1,40})";')
_NO_IMAGE = re.compile(r"\.(?:woff2?|ttf|otf|eot|htc|css|js|xml)(?:$|[?#])", re.IGNORECASE)
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def read(data: bytes, base_url: str | None, settings: ReadingSettings) -> Reading:
    """Find the references of a style sheet; its URLs are relative to the sheet itself."""
    encoding = sheet_encoding(data)
    findings = Findings(settings)
    find_in_css(Text.from_bytes(data, encoding), findings, base_url)
    return findings.reading("stylesheet", encoding, base_url)


def sheet_encoding(data: bytes) -> str:
    """Python's codec of a sheet: its BOM, its ``@charset``, else UTF-8 (CSS Syntax 3, §3.2)."""
    for bom, encoding in _BOMS.items():
        if data.startswith(bom):
            return encoding
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
    other: Callable[[Text], None] | None = None,
) -> list[Reference]:
    """Find the references of *text*, which is CSS.

    Args:
        text: decoded characters, no byte view.
        role: before ``url`` or ``image-set``.
        other: is given every URL that is no image's (fonts, imported sheets), decoded.
    """
    found = []
    for url in find_css_urls(text.text):
        value = text.child(url.start, url.end, url.codec)
        if url.place in ("font", "import") or _NO_IMAGE.search(value.text):
            if other is not None:
                other(value)
            continue
        reference = findings.add_url(value, f"{role} {url.place}", base_url, attributes or {})
        if reference is not None:
            found.append(reference)
    return found
