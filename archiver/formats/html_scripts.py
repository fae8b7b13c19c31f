"""Pages that hold nothing until scripts have drawn them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import turbohtml

from archiver.model import Reading, Reference
from archiver.syntax.html import parse_html
from archiver.syntax.text import Text

DRAWN_BY_SCRIPTS = "drawn by scripts: what a reader sees is not in the page that the server gives"
# Scripts from which on, and characters of text and images up to which, a page counts as drawn by
# them: an empty mount point has one or two bundles, a portal dozens of scripts, a menu and a logo.
_LEVELS = ((1, 100, 0), (3, 400, 1), (10, 2000, 1))
_MOST_IMAGES = 1
_NO_TEXT = frozenset(("script", "style", "noscript", "template", "title"))
_NOT_SHOWN = ("link ", "meta ", "json-ld ", "noscript ")
_NO_PROGRAMS = ("application/ld+json", "application/json", "text/template")


def note_scripts(text: Text, reading: Reading) -> Reading:
    """*reading*, with a note where the page *text* is drawn by scripts."""
    if not is_drawn_by_scripts(text, reading.references):
        return reading
    return replace(reading, notes=(*reading.notes, DRAWN_BY_SCRIPTS))


def is_drawn_by_scripts(text: Text, references: Sequence[Reference]) -> bool:
    """Whether a page has scripts, but almost no images and no text to speak of."""
    shown = sum(not reference.role.startswith(_NOT_SHOWN) for reference in references)
    if shown > _MOST_IMAGES:
        return False
    document = parse_html(text, lambda _: [], scripting=True).document
    scripts = sum(_is_program(element) for element in document.select("script"))
    length = count_text(document)
    return any(
        scripts >= least and length <= text_limit and shown <= image_limit
        for least, text_limit, image_limit in _LEVELS
    )


def _is_program(element: turbohtml.Element) -> bool:
    kind = element.attr("type")
    return not (isinstance(kind, str) and kind.strip().lower() in _NO_PROGRAMS)


def count_text(document: turbohtml.Document) -> int:
    """Characters a reader sees without scripts, white space aside."""
    total = 0
    waiting: list[turbohtml.Node] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, turbohtml.Text):
            total += len("".join(node.data.split()))
        elif not (isinstance(node, turbohtml.Element) and node.tag in _NO_TEXT):
            waiting.extend(node.children)
    return total
