"""A URL as it may be written in a document: tried until it reads as that URL.

There is no writer for any format here; whether a spelling is right, its reader tells.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence

from archiver.model import Reading, Reference, Replacement
from archiver.rewrite.splice import splice

_TROUBLE = re.compile(r"""[\s"'()<>\\,`{}|^]""")

# XML is escaped at once: a bare `&` is forgiven by our readers, and by few others.
_XML = frozenset({"feed", "svg"})
_BARE = re.compile(rb"<|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)")

Spell = Callable[[str], str]


def _plain(url: str) -> str:
    return url


def _escaped(url: str) -> str:
    """As HTML and XML want it."""
    return html.escape(url, quote=True)


def _backslashed(url: str) -> str:
    """As Markdown and CSS want it."""
    return re.sub(r"""(["'()\\])""", r"\\\1", url)


def _encoded(url: str) -> str:
    """As any format takes it: an equal URL, but not the same one."""
    return _TROUBLE.sub(lambda match: f"%{ord(match[0]):02X}", url)


def _spellings(is_xml: bool) -> Sequence[Spell]:
    first = (_escaped, _plain) if is_xml else (_plain, _escaped)
    return (*first, _backslashed, _encoded, lambda url: _escaped(_encoded(url)))


def spell_urls(
    data: bytes,
    reading: Reading,
    urls: Mapping[Reference, str],
    read: Callable[[bytes], Reading | None],
    *,
    is_xhtml: bool = False,
) -> tuple[list[Replacement], list[Reference]]:
    """The replacements that write *urls* in the place of references of *reading*.

    Args:
        read: reads the document again.
        is_xhtml: of HTML, that it is XML: there our reader takes what an XML parser refuses.

    Returns:
        The replacements, and the references that no spelling fits.
    """
    spelled: dict[Reference, bytes] = {}
    left = dict(urls)
    is_cdata = _find_cdata(data, reading.encoding) if is_xhtml else None
    for number, spell in enumerate(_spellings(is_xhtml or reading.format in _XML)):
        new = {r: _encode(spell(url), reading) for r, url in left.items()}
        if is_cdata is not None:  # to an XML parser a bare `&` anywhere else is an error
            new = {r: text for r, text in new.items() if is_cdata(r) or not _is_bare(text)}
        trial = spelled | new
        good = set(_read_alike(data, trial, urls, read, is_exact=number < 3))
        spelled |= {r: text for r, text in new.items() if r in good}
        left = {r: url for r, url in left.items() if r not in good}
        if not left:
            break
    return [Replacement(r.span, new) for r, new in spelled.items()], list(left)


def _find_cdata(data: bytes, encoding: str) -> Callable[[Reference], bool]:
    """Whether a reference stands in a CDATA section of *data*."""
    first, last = (re.escape(mark.encode(encoding)) for mark in ("<![CDATA[", "]]>"))
    sections = re.finditer(b"%b.*?(?:%b|\\Z)" % (first, last), data, re.DOTALL)
    spans = [section.span() for section in sections]

    def stands_in_one(reference: Reference) -> bool:
        before = bisect_right(spans, (reference.span.start, len(data)))
        return before > 0 and reference.span.start < spans[before - 1][1]

    return stands_in_one


def _is_bare(text: bytes) -> bool:
    return _BARE.search(text.replace(b"\0", b"")) is not None  # as of UTF-16


def _encode(text: str, reading: Reading) -> bytes:
    return text.encode("ascii", "replace").decode("ascii").encode(reading.encoding)


def _read_alike(
    data: bytes,
    trial: Mapping[Reference, bytes],
    urls: Mapping[Reference, str],
    read: Callable[[bytes], Reading | None],
    is_exact: bool,
) -> Iterator[Reference]:
    """The references that read as their URL once *trial* is written."""
    changes = [Replacement(r.span, new) for r, new in trial.items()]
    again = read(splice(data, changes))
    found = {r.span.start: r.url for r in again.references} if again else {}
    shift = 0
    for reference in sorted(trial, key=lambda reference: reference.span):
        start = reference.span.start + shift
        wanted = urls[reference]
        if found.get(start) == wanted or (not is_exact and found.get(start) == _encoded(wanted)):
            yield reference
        shift += len(trial[reference]) - reference.span.length
