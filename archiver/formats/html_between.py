"""The HTML between the Markdown of a post, and what it does to the images of the Markdown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from archiver.formats.findings import Findings
from archiver.formats.html import find_in_page
from archiver.formats.html_elements import choose
from archiver.syntax.destinations import Place
from archiver.syntax.html import HtmlPage, parse_html
from archiver.syntax.masking import mask_text
from archiver.syntax.text import Text


@dataclass(frozen=True, slots=True)
class Standing:
    """Places where an element stands: not in a comment, a script, an attribute.

    Attributes:
        linked: those of `shown` that an ``a`` or a ``button`` is around.
    """

    shown: frozenset[int]
    linked: frozenset[int]


def find_between(
    body: Text,
    html: list[Place],
    blocks: list[int],
    places: Collection[int],
    findings: Findings,
    base_url: str | None,
) -> Standing:
    """Keep the images of the pieces *html* of *body*; which of *places* are shown.

    Args:
        blocks: see `mask_text`.
        places: where the Markdown has images.
    """
    marks = sorted(places)
    page = parse_html(body.with_text(mask_text(body.text, html, marks, blocks)), choose)
    find_in_page(page, findings, base_url)
    return Standing(_find(page, "br", marks), _find(page, "a br, button br", marks))


def _find(page: HtmlPage, selector: str, marks: list[int]) -> frozenset[int]:
    found = (element.source_location for element in page.document.select(selector))
    return frozenset(place.start_tag.start_offset for place in found if place).intersection(marks)
