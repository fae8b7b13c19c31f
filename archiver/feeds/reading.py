"""The bytes of a feed → `Feed`: RSS 0.9x to 2.0, RDF, Atom by feedparser, JSON Feed by `json_feed`.

feedparser takes encodings of every kind, dates of many, and feeds that are not quite well-formed.
It is given bytes only (a text could be a URL, which it would fetch), and leaves the HTML alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import feedparser

from archiver.errors import DocumentError
from archiver.feeds.dates import date_of
from archiver.feeds.item_html import absolute, absolute_html, first_picture
from archiver.feeds.items import Enclosure, Feed, FeedItem
from archiver.feeds.json_feed import is_json, read_json
from archiver.feeds.texts import clean_text, html_of_text, name_of, one_line, text_of_title

_HTML = ("text/html", "application/xhtml+xml")
_IMAGE_URL = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|jxl)(?:[?#@!]|$)", re.IGNORECASE)


def read_feed(data: bytes, url: str = "", charset: str = "") -> Feed:
    """The feed in *data*.

    Args:
        url: where it was had, what relative URLs resolve against; "" for a file.
        charset: label of the answer's Content-Type; "" for none.

    Raises:
        DocumentError: the bytes are no feed.
    """
    if is_json(data):
        return read_json(data, url)
    found = _parse(data, url, charset)
    version = found.get("version") or ""
    if not version and not found["entries"]:
        raise DocumentError(url or "the file", "is no feed")
    channel = found["feed"]
    link = absolute(_text(channel, "link"), url)
    base = url or link
    is_loose = version.startswith("rss")
    return Feed(
        title=_title(channel, is_loose),
        link=link,
        author=name_of(_text(channel, "author")),
        items=tuple(_item(entry, link, base, is_loose) for entry in found["entries"]),
    )


def _parse(data: bytes, url: str, charset: str) -> Any:
    """feedparser's answer. Its headers say the base, and the encoding where the server named one:
    without it the document's own word counts."""
    kind = f"application/xml; charset={charset}" if charset else "application/xml"
    headers = {"content-type": kind} | ({"content-location": url} if url else {})
    return feedparser.parse(
        io.BytesIO(data),
        response_headers=headers,
        resolve_relative_uris=False,
        sanitize_html=False,
    )


def _item(entry: Mapping[str, Any], channel_link: str, base: str, is_loose: bool) -> FeedItem:
    link = absolute(_text(entry, "link"), base)
    markup, said_base = _markup(entry)
    base_url = said_base if said_base not in ("", base) else link or channel_link or base
    html = absolute_html(markup, base_url)
    files = tuple(_enclosures(entry, base_url))
    return FeedItem(
        id=clean_text(_text(entry, "id")).strip(),
        link=link,
        title=_title(entry, is_loose),
        authors=tuple(dict.fromkeys(filter(None, _authors(entry)))),
        categories=tuple(dict.fromkeys(filter(None, _categories(entry)))),
        published=_date(entry, "published") or _date(entry, "created") or _date(entry, "updated"),
        updated=_date(entry, "updated"),
        html=html,
        base_url=base_url,
        enclosures=files,
        picture=_lead_picture(entry, files, base_url) or first_picture(html, base_url),
    )


def _own(entry: Any, name: str) -> Any:
    """What is said under *name*: feedparser's own look-up would answer with what is like it."""
    return dict.get(entry, name)


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = _own(entry, name)
    return value if isinstance(value, str) else ""


def _title(entry: Mapping[str, Any], is_loose: bool) -> str:
    detail = entry.get("title_detail") or {}
    return text_of_title(_text(entry, "title"), detail.get("type") in _HTML, is_loose)


def _markup(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The fullest text of an item as HTML, and its ``xml:base``."""
    details = [*(entry.get("content") or ()), entry.get("summary_detail") or {}]
    found = [d for d in details if d.get("value", "").strip()]
    if not found:
        return "", (entry.get("title_detail") or {}).get("base", "")
    detail = next((d for d in found if d.get("type") in _HTML), found[0])
    value = clean_text(detail["value"])
    return value if detail.get("type") in _HTML else html_of_text(value), detail.get("base", "")


def _authors(entry: Mapping[str, Any]) -> Iterator[str]:
    """Names. Of one that is written with its address the parser splits many addresses wrong."""
    authors, text = entry.get("authors") or (), _text(entry, "author")
    if len(authors) == 1 and "@" in text:
        yield name_of(text)
        return
    for author in authors:
        yield name_of(author.get("name") or author.get("email") or "")


def _categories(entry: Mapping[str, Any]) -> Iterator[str]:
    for tag in entry.get("tags") or ():
        yield one_line(tag.get("label") or tag.get("term") or "")


def _date(entry: Mapping[str, Any], name: str) -> datetime | None:
    return date_of(_own(entry, f"{name}_parsed"), _text(entry, name))


def _enclosures(entry: Mapping[str, Any], base_url: str) -> Iterator[Enclosure]:
    for link in entry.get("links") or ():
        if link.get("rel") == "enclosure":
            url = absolute(link.get("href", ""), base_url)
            if url:
                yield Enclosure(url, link.get("type", ""))


def _lead_picture(entry: Mapping[str, Any], files: tuple[Enclosure, ...], base_url: str) -> str:
    """Of the enclosures, of Media RSS, of iTunes; "" for none."""
    for file in files:
        if _is_image(file.media_type, file.url):
            return file.url
    media = [m for m in entry.get("media_content") or () if _is_image_medium(m)]
    thumbnails = list(entry.get("media_thumbnail") or ())
    named = [each for group in (media, thumbnails) for each in sorted(group, key=_width)[::-1]]
    places = [each.get("url", "") for each in named]
    image = entry.get("image")
    if isinstance(image, Mapping):
        places.append(image.get("href") or image.get("url") or "")
    return next(filter(None, (absolute(place, base_url) for place in places if place)), "")


def _is_image_medium(media: Mapping[str, Any]) -> bool:
    if media.get("medium"):
        return bool(media["medium"] == "image")
    return _is_image(media.get("type", ""), media.get("url", ""))


def _is_image(media_type: str, url: str) -> bool:
    return media_type.startswith("image/") or (
        not media_type and _IMAGE_URL.search(url) is not None
    )


def _width(media: Mapping[str, Any]) -> int:
    width = str(media.get("width", ""))
    return int(width) if width.isdecimal() and len(width) < 10 else 0
