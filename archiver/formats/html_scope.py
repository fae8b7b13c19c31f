"""One HTML text while it is read: what the finders of elements share."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from archiver.formats.findings import Findings
from archiver.formats.stylesheet import find_in_css, safe_in_css
from archiver.model import Reference, Span
from archiver.syntax.html import Attribute, HtmlPage
from archiver.syntax.html_tree import SourceTag
from archiver.syntax.srcset import SrcsetEntry, descriptor_size, split_srcset
from archiver.syntax.text import ERRORS, Text
from archiver.syntax.urls import is_template

Escape = Callable[[str], str]

# What later stages need to know of an element: sizes for planning, the policy for fetching.
_KEPT = frozenset((
    "width", "height", "w", "h", "referrerpolicy", "data-original-token", "data-rawwidth",
    "data-rawheight", "data-width", "data-height", "data-w", "data-h", "data-ratio", "data-type",
    "data-size", "data-orig-file", "data-orig-size", "data-image-meta", "data-caption",
))  # fmt: skip
_MAX_KEPT_CHARACTERS = 500
_NOSCRIPT_LEVELS = 4  # how far up a `noscript` is looked for; only for the name of the role


@dataclass(frozen=True, slots=True)
class Scope:
    """A text with what it is relative to.

    Attributes:
        base_url: what relative URLs resolve against.
        prefix: goes before every role (``iframe srcdoc``).
        escapes: how the text is written in the file, innermost first: none for the file's own,
            `html.escape` for a ``srcdoc``.
        rebase: makes a relative URL absolute, where the document's base changes; gives None for one
            that stays as it is.
        noscript: whether there is a ``noscript`` at all.
    """

    page: HtmlPage
    findings: Findings
    base_url: str | None
    prefix: str = ""
    escapes: tuple[Escape, ...] = ()
    rebase: Callable[[str], str | None] | None = None
    noscript: bool = False

    def url(self, tag: SourceTag, attribute: str, role: str) -> list[Reference]:
        """The reference that an attribute is; one or none."""
        value = self.page.value(tag, attribute) if attribute in tag.attrs else None
        if value is None:
            return []
        return self.add(value, self.role(tag, role), self.kept(tag))

    def srcset(self, tag: SourceTag, attribute: str, role: str) -> list[Reference]:
        """The references of an attribute that is a srcset."""
        value = self.page.value(tag, attribute) if attribute in tag.attrs else None
        if value is None:
            return []
        entries = list(split_srcset(value.text))
        role, kept = self.role(tag, role), self.kept(tag)
        is_all = self.findings.settings.srcset == "all" or len(entries) < 2
        if is_all or is_template(value.text):  # which may stand for a larger one
            return [one for entry in entries for one in self._add_entry(value, entry, role, kept)]
        return self._add_largest(value, entries, role, kept)

    def _add_largest(
        self, value: Text, entries: list[SrcsetEntry], role: str, kept: Mapping[str, str]
    ) -> list[Reference]:
        """The largest entry that can be asked for, the first of equals; one or none."""
        by_size = sorted(entries, key=lambda entry: -descriptor_size(entry.descriptor))
        for entry in by_size:
            found = self._add_entry(value, entry, role, kept)
            if found:
                self._keep_only(value, entries, entry, found[0])
                return found
        return []

    def _add_entry(
        self, value: Text, entry: SrcsetEntry, role: str, kept: Mapping[str, str]
    ) -> list[Reference]:
        said = {**kept, "descriptor": entry.descriptor} if entry.descriptor else kept
        return self.add(value, role, said, entry.start, entry.end)

    def _keep_only(
        self, value: Text, entries: list[SrcsetEntry], largest: SrcsetEntry, link: Reference
    ) -> None:
        """The whole list becomes its entry *largest*; else the others keep their meaning."""
        end = len(value.text.rstrip())
        after = self.written(f" {largest.descriptor}" if largest.descriptor else "")
        span = value.span(entries[0].start, end)
        self.findings.adjust(span, b"", after, link=link, needs=[link], reason="srcset")
        for entry in entries:
            if entry is not largest:
                self.make_absolute(value.child(entry.start, entry.end), unless=link)

    def css(self, text: Text, tag: SourceTag, *, escaped: bool) -> list[Reference]:
        """The references of CSS; *escaped*: it is an attribute's, not a style element's."""

        def other(url: Text, place: str) -> None:
            if place != "import" or not self.sheet(url, f"{role} import", escaped=escaped):
                self.make_absolute(url, escaped=escaped, is_css=True)

        role = self.role(tag, "css")
        found = find_in_css(text, self.findings, self.base_url, role, None, other)
        for reference, url in found:
            self._keep_absolute(reference, url, escaped=escaped, is_css=True)
        return [reference for reference, _ in found]

    def sheet(self, value: Text, role: str, *, escaped: bool = True) -> list[Reference]:
        """The style sheet whose URL *value* is, in a document that is saved elsewhere."""
        settings = self.findings.settings
        sheet = self.findings.add_sheet(value, role, self.base_url) if settings.is_moved else None
        if sheet is None:
            return []
        self._keep_absolute(sheet, value.text, escaped=escaped, is_css=not escaped)
        return [sheet]

    def css_value(self, tag: SourceTag, attribute: str) -> list[Reference]:
        """The references of an attribute that is CSS."""
        value = self.page.value(tag, attribute) if attribute in tag.attrs else None
        return self.css(value, tag, escaped=True) if value is not None else []

    def add(
        self,
        text: Text,
        role: str,
        kept: Mapping[str, str],
        start: int = 0,
        end: int | None = None,
        *,
        escaped: bool = True,
    ) -> list[Reference]:
        """The reference that a piece of a decoded value is; one or none."""
        reference = self.findings.add_url(text, role, self.base_url, kept, start, end)
        if reference is None:
            return []
        self._keep_absolute(reference, text.text[start:end], escaped=escaped)
        return [reference]

    def _keep_absolute(
        self, reference: Reference, value: str, *, escaped: bool, is_css: bool = False
    ) -> None:
        """Where it isn't rewritten it must not change its meaning.

        Args:
            value: its URL as the document has it, decoded. That of a local image stays relative:
                where the document lies on this machine is nobody's business.
        """
        scheme = reference.raw[:6].lower()
        if self.rebase is None or scheme.startswith((b"http:", b"https:", b"data:")):
            return
        url = self.rebase(value) if reference.url.startswith("file:") else reference.url
        if url is not None:
            new = self.written(safe_in_css(url) if is_css else url, escaped=escaped)
            self.findings.adjust(reference.span, new, unless=reference, reason=self.base_reason)

    @property
    def base_reason(self) -> str:
        """Why relative URLs become absolute: always, or where a local link needs it."""
        return "moved" if self.findings.settings.is_moved else "base"

    def make_absolute(
        self,
        value: Text,
        *,
        escaped: bool = True,
        is_css: bool = False,
        unless: Reference | None = None,
    ) -> None:
        """Make a URL absolute that is no reference; *value* is its decoded text.

        Args:
            unless: what replaces it, where that is had.
        """
        new = self.rebase(value.text) if self.rebase else None
        if new is not None:
            span = value.span(0, len(value.text))
            written = self.written(safe_in_css(new) if is_css else new, escaped=escaped)
            self.findings.adjust(span, written, unless=unless, reason=self.base_reason)

    def role(self, tag: SourceTag, role: str) -> str:
        """*role* with what stands around: ``noscript img src``."""
        parent = tag.parent
        for _ in range(_NOSCRIPT_LEVELS if self.noscript else 0):
            if parent is None:
                break
            if parent.name == "noscript":
                role = f"noscript {role}"
                break
            parent = parent.parent
        return f"{self.prefix} {role}" if self.prefix else role

    def kept(self, tag: SourceTag) -> dict[str, str]:
        """The element's attributes that later stages need."""
        if tag.kept is None:
            tag.kept = {
                name: value if value.isascii() else self._decoded(tag, name)
                for name in _KEPT.intersection(tag.attrs)
                if len(value := tag.value(name)) <= _MAX_KEPT_CHARACTERS
            }
        return tag.kept

    def _decoded(self, tag: SourceTag, name: str) -> str:
        value = self.page.value(tag, name)
        return value.text if value is not None else ""

    def span_of(self, place: Attribute) -> Span:
        """The bytes of an attribute's raw value."""
        return self.page.text.span(place.value_start, place.value_end)

    def written(self, value: str, *, escaped: bool = True) -> bytes:
        """*value* as it must stand in the file: in a quoted attribute, or in raw text."""
        return self.markup(html.escape(value) if escaped else value)

    def markup(self, value: str) -> bytes:
        """*value* as it must stand in the file, outside of an attribute's value."""
        for escape in self.escapes:
            value = escape(value)
        try:
            return value.encode(self.page.text.encoding, ERRORS)
        except UnicodeEncodeError:  # the encoding lacks what a character reference stood for
            return value.encode(self.page.text.encoding, "xmlcharrefreplace")
