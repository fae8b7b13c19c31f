"""JSON Feed 1 and 1.1 (jsonfeed.org); what is missing or of a wrong kind is passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from archiver.errors import DocumentError
from archiver.feeds.dates import date_of
from archiver.feeds.item_html import absolute, absolute_html, first_picture
from archiver.feeds.items import Enclosure, Feed, FeedItem
from archiver.feeds.texts import clean_text, html_of_text, name_of, one_line

_OUTER = b"\xef\xbb\xbf \t\r\n"


def is_json(data: bytes) -> bool:
    """Whether the bytes are JSON and no XML."""
    return data.lstrip(_OUTER).startswith(b"{")


def read_json(data: bytes, url: str) -> Feed:
    """The feed in *data*.

    Args:
        url: where it was had; "" for a file.

    Raises:
        DocumentError: the bytes are no JSON, or no feed.
    """
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DocumentError(url or "the file", f"is no JSON: {error}") from error
    if not isinstance(found, dict) or "jsonfeed.org/version/" not in _text(found, "version"):
        raise DocumentError(url or "the file", "is no feed")
    link = absolute(_text(found, "home_page_url"), url)
    base = url or absolute(_text(found, "feed_url"), "") or link
    return Feed(
        title=one_line(_text(found, "title")),
        link=link,
        author=next(iter(_authors(found)), ""),
        items=tuple(_item(item, link, base) for item in _tables(found, "items")),
    )


def _item(item: Mapping[str, Any], channel_link: str, base: str) -> FeedItem:
    link = absolute(_text(item, "url"), base) or absolute(_text(item, "external_url"), base)
    base_url = link or channel_link or base
    html = absolute_html(_markup(item), base_url)
    files = tuple(_attachments(item, base_url))
    named = [absolute(_text(item, name), base_url) for name in ("image", "banner_image")]
    named += [file.url for file in files if file.media_type.startswith("image/")]
    return FeedItem(
        id=_id(item),
        link=link,
        title=one_line(_text(item, "title")),
        authors=tuple(dict.fromkeys(_authors(item))),
        categories=tuple(dict.fromkeys(_tags(item))),
        published=_date(item, "date_published") or _date(item, "date_modified"),
        updated=_date(item, "date_modified"),
        html=html,
        base_url=base_url,
        enclosures=files,
        picture=next(filter(None, named), "") or first_picture(html, base_url),
    )


def _id(item: Mapping[str, Any]) -> str:
    """The specification has readers take numbers too."""
    value = item.get("id")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else clean_text(_text(item, "id")).strip()


def _markup(item: Mapping[str, Any]) -> str:
    html = clean_text(_text(item, "content_html"))
    text = clean_text(_text(item, "content_text") or _text(item, "summary"))
    return html or html_of_text(text)


def _authors(item: Mapping[str, Any]) -> Iterator[str]:
    """``authors`` of 1.1, ``author`` of 1."""
    single = item.get("author")
    tables = _tables(item, "authors") or ([single] if isinstance(single, dict) else [])
    yield from filter(None, (name_of(_text(author, "name")) for author in tables))


def _tags(item: Mapping[str, Any]) -> Iterator[str]:
    tags = item.get("tags")
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, str) and tag.strip():
            yield one_line(tag)


def _attachments(item: Mapping[str, Any], base_url: str) -> Iterator[Enclosure]:
    for attachment in _tables(item, "attachments"):
        url = absolute(_text(attachment, "url"), base_url)
        if url:
            yield Enclosure(url, _text(attachment, "mime_type"))


def _date(item: Mapping[str, Any], name: str) -> Any:
    return date_of(None, _text(item, name))


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""


def _tables(table: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = table.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
