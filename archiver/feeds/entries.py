"""What feedparser says of a feed and its items → our values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver.feeds.dates import date_of
from archiver.feeds.item_html import absolute, absolute_html, first_picture
from archiver.feeds.items import Enclosure, Feed, FeedItem
from archiver.feeds.texts import clean_text, html_of_text, name_of, one_line, text_of_title

_HTML = ("text/html", "application/xhtml+xml")
_IMAGE_URL = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|jxl)(?:[?#@!]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says beside its items.

    Attributes:
        link: of its site; absolute.
        base: what relative URLs resolve against.
        is_loose: whether it is an RSS, whose titles may be HTML or not.
    """

    title: str
    link: str
    author: str
    base: str
    is_loose: bool

    @classmethod
    def of(cls, found: Mapping[str, Any], url: str) -> Channel:
        said, is_loose = found["feed"], (found.get("version") or "").startswith("rss")
        link = absolute(_text(said, "link"), url)
        author = name_of(_text(said, "author"))
        return cls(_title(said, is_loose), link, author, url or link, is_loose)

    def feed(self, items: Iterable[FeedItem], shared_ids: frozenset[str] | None = None) -> Feed:
        return Feed(self.title, self.link, self.author, items, shared_ids)


def name_entry(entry: Mapping[str, Any], channel: Channel) -> tuple[str, str]:
    """Id and link."""
    id = clean_text(_text(entry, "id")).strip()
    return id, absolute(_text(entry, "link"), channel.base)


def make_item(entry: Mapping[str, Any], channel: Channel) -> FeedItem:
    (id, link), base = name_entry(entry, channel), channel.base
    markup, said_base = _markup(entry)
    base_url = said_base if said_base not in ("", base) else link or channel.link or base
    html = absolute_html(markup, base_url)
    files = tuple(_enclosures(entry, base_url))
    return FeedItem(
        id=id,
        link=link,
        title=_title(entry, channel.is_loose),
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
