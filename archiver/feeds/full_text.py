"""The text of an item's page, by trafilatura: without navigation, advertisements and comments.

trafilatura takes for pictures only what has a picture's suffix, and knows few of the ways in which
pictures are loaded late. It is given names of ours in their places, which are undone afterwards.
"""

from __future__ import annotations

import re
from importlib.util import find_spec

from archiver.errors import UsageError
from archiver.feeds.item_html import absolute_html, first_picture
from archiver.formats.html import html_encoding
from archiver.syntax.patterns import compile_pattern

_IMG = compile_pattern(r"<img\b(?:[^\"'>]|\"[^\"]*\"|'[^']*')*+>", re.IGNORECASE)
_SOURCE = compile_pattern(
    r"\s(?:src|srcset|sizes|loading|data-[\w-]+)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+)",
    re.IGNORECASE,
)
_PLACE = "https://picture.invalid/{}.jpg"
_PLACED = compile_pattern(r"https://picture\.invalid/(\d+)\.jpg")
_BODY = compile_pattern(r"<body>(.*)</body>", re.DOTALL)


def check_extractor() -> None:
    """Raises UsageError where trafilatura is not installed."""
    if find_spec("trafilatura") is None:
        raise UsageError(
            "full_text = true needs an extra: pip install 'image-asset-archiver[fulltext]'"
        )


def extract_text(page: bytes, url: str, charset: str = "") -> str:
    """The main text of a page as HTML with absolute URLs; "" where none was found.

    Args:
        url: of the page.
        charset: label of the answer's Content-Type; "" for none.
    """
    import trafilatura  # an extra, and it takes a second

    text = page.decode(html_encoding(page, charset or None), "replace")
    pictures: list[str] = []

    def name(match: re.Match[str]) -> str:
        found = first_picture(match[0], url)
        if not found:
            return ""
        pictures.append(found)
        rest = _SOURCE.sub("", match[0][4:])
        return f'<img src="{_PLACE.format(len(pictures) - 1)}"{rest}'

    found = trafilatura.extract(
        _IMG.sub(name, absolute_html(text, url)),
        url=url,
        output_format="html",
        include_images=True,
        include_links=True,
        include_formatting=True,
        include_comments=False,
    )
    body = _BODY.search(found or "")
    return _PLACED.sub(lambda m: _escape(pictures[int(m[1])]), body[1]).strip() if body else ""


def _escape(url: str) -> str:
    return url.replace("&", "&amp;").replace('"', "%22")
