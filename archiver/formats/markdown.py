"""Markdown posts: front matter, images, the HTML between them, the tags of site generators."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from archiver.formats import ReadingSettings
from archiver.formats.findings import Findings
from archiver.formats.front_matter import add_images, read_fields
from archiver.formats.image_urls import names_an_image
from archiver.model import LINK_ADDED, Reading, Reference, Span
from archiver.redact import redact
from archiver.syntax.destinations import Place
from archiver.syntax.escapes import MARKDOWN_DESTINATION, TABLE_CELL
from archiver.syntax.frontmatter import FrontMatter, find_front_matter
from archiver.syntax.markdown import Destination, Image, scan_markdown
from archiver.syntax.masking import cut_out
from archiver.syntax.patterns import compile_pattern
from archiver.syntax.shortcodes import TagImage, find_tags, is_within
from archiver.syntax.text import Text

MAX_NOTES = 20  # of one document; more of them tell a person nothing new
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Typora, Obsidian and Python-Markdown show these; to CommonMark they are text.
_BLANK_IN_URL = compile_pattern(
    r"!\[[^\[\]\r\n]*+\]\((?P<url>https?://[^()\s\"'<>]++(?:[ ]++[^()\s\"'<>]++)++)\)"
)
_REPLACED = {0: "\ufffd", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}  # by the parser


def read(data: bytes, base_url: str | None, settings: ReadingSettings) -> Reading:
    """Find the references of a Markdown document.

    A front matter that does not parse is noted, its fields are read line by line, and what it holds
    is read as Markdown too: it may be prose between two rules.
    """
    text = Text.from_bytes(data, markdown_encoding(data))
    post = _Post(Findings(settings), base_url, settings)
    front = find_front_matter(text.text)
    start = 1 if text.text.startswith("\ufeff") else 0
    body = post.add_front_matter(text, front) if front else start
    if body is None:
        return Reading("markdown", text.encoding, (), base_url=base_url, is_opted_out=True)
    post.add_body(text.child(max(body, start), len(text.text)))
    reading = post.findings.reading("markdown", text.encoding, base_url)
    return replace(reading, notes=tuple(post.notes[:MAX_NOTES]))


class _Post:
    """What was found in one post so far."""

    def __init__(self, findings: Findings, base_url: str | None, settings: ReadingSettings) -> None:
        self.findings, self.base_url, self.settings = findings, base_url, settings
        self.notes: list[str] = []

    def add_front_matter(self, text: Text, front: FrontMatter) -> int | None:
        """Keep its images; where the body begins, None when the post wants to be left alone."""
        data = text.child(front.start, front.end)
        fields = read_fields(data.text, front.language)
        if fields.is_opted_out:
            return None
        add_images(self.findings, data, fields, self.base_url, self.settings)
        if fields.problem:
            self.notes.append(f"front matter: {fields.problem}")
        return front.body if fields.is_whole else 0

    def add_body(self, body: Text) -> None:
        """Keep the images of Markdown, of tags, and of the HTML between."""
        scan = scan_markdown(body.text)
        tags, code = find_tags(body.text, scan.verbatim)
        holes = sorted({*code, *((tag.start, tag.end) for tag in tags)})
        images = [image for image in scan.images if not is_within(image.start, holes)]
        html = cut_out(scan.html, holes)
        if html:
            from archiver.formats.html_between import find_between  # a sixth of a run's start

            places = {image.start for image in images} | {tag.start for tag in tags}
            blocks, base_url = scan.blocks, self.base_url
            stand = find_between(body, html, blocks, places, self.findings, base_url)
            images = [
                replace(image, is_linked=True) if image.start in stand.linked else image
                for image in images
                if image.start in stand.shown
            ]
            tags = [tag for tag in tags if tag.start in stand.shown]
        self._add_images(body, images)
        self._add_tags(body, tags)
        self._note_blanks(body.text, scan.verbatim, holes)

    def _add_images(self, body: Text, images: Iterable[Image]) -> None:
        for image in images:
            destination = image.destination
            is_definition = destination.is_definition
            role = "markdown reference definition" if is_definition else "markdown image"
            shown = self._add_destination(body, destination, role)
            if shown and self.settings.smaller_copies:
                self._offer_link(body, image, shown)
            link = image.link if self.settings.full_links else None
            if link and names_an_image(link.value):
                self._add_destination(body, link, "markdown link to image")

    def _offer_link(self, body: Text, image: Image, shown: Reference) -> None:
        """Note the place of a link to the full picture around one that has none."""
        if image.is_linked or image.destination.is_definition:
            return
        start, end = body.span(image.start, image.end).start, body.span(image.start, image.end).end
        encode = partial(str.encode, encoding=body.encoding)
        self.findings.adjust(Span(start, start), encode("["), needs=[shown], reason=LINK_ADDED)
        self.findings.adjust(
            Span(end, end), encode("]("), encode(")"), link=shown, needs=[shown], reason=LINK_ADDED
        )

    def _add_destination(self, body: Text, destination: Destination, role: str) -> Reference | None:
        value = _decode(body, destination)
        if value is not None:
            return self.findings.add_url(value, role, self.base_url)
        if destination.value:
            self.notes.append(f"{role}: its place cannot be told: {redact(destination.value)}")
        return None

    def _note_blanks(self, text: str, *excluded: list[Place]) -> None:
        for match in _BLANK_IN_URL.finditer(text):
            if not any(is_within(match.start(), places) for places in excluded):
                url = redact(match["url"].replace(" ", "%20"))
                self.notes.append(f"markdown image: blanks in its URL make it text: {url}")

    def _add_tags(self, body: Text, tags: Iterable[TagImage]) -> None:
        for tag in tags:
            value = body.child(*tag.place)
            if tag.is_certain or names_an_image(value.text):
                self.findings.add_url(value, tag.role, self.base_url)


def _decode(body: Text, destination: Destination) -> Text | None:
    """A destination's text; None where it is not what the parser says it means."""
    if destination.place is None:
        return None
    codec = TABLE_CELL if destination.is_in_table else None
    raw = body.child(*destination.place, codec)
    value = raw.child(0, len(raw.text), MARKDOWN_DESTINATION)
    is_same = value.text.translate(_REPLACED) == destination.value.translate(_REPLACED)
    return value if is_same else None


def markdown_encoding(data: bytes) -> str:
    """Python's codec of a Markdown file: by its byte order mark, UTF-8, else a guess.

    A file of UTF-8 with a few bytes that are not is UTF-8 still.
    """
    if data.startswith(_BOMS):
        return _guess_encoding(data)
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = len(data) - len(text) if wrong else 0  # about: continuation bytes
    return "utf-8" if right >= 4 * wrong else _guess_encoding(data)


def _guess_encoding(data: bytes) -> str:
    from archiver.formats.html import html_encoding  # rare, and it brings the parsers of HTML

    return html_encoding(data)
