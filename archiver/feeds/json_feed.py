"""JSON Feed 1 and 1.1 (jsonfeed.org); what is missing or of a wrong kind is passed over."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from archiver.errors import DocumentError
from archiver.feeds.dates import date_of
from archiver.feeds.identity import find_shared_ids
from archiver.feeds.item_html import absolute, absolute_html, first_picture
from archiver.feeds.items import Enclosure, Feed, FeedItem, ItemsAnew
from archiver.feeds.json_items import JsonWalk
from archiver.feeds.parts import PART_ITEMS
from archiver.feeds.texts import clean_text, html_of_text, name_of, one_line

_DECODER = json.JSONDecoder()


def read_json(data: bytes, url: str, part_items: int = PART_ITEMS) -> Feed:
    """The feed in *data*.

    Args:
        url: where it was had; "" for a file.
        part_items: of a feed with more of them one item is held at a time.

    Raises:
        DocumentError: the bytes are no JSON, or no feed.
    """
    try:
        text = data.decode("utf-8-sig")
        return _read_items(text, url, part_items) or _read_whole(text, url)
    except (ValueError, RecursionError) as error:
        raise DocumentError(url or "the file", f"is no JSON: {error}") from error


def _read_whole(text: str, url: str) -> Feed:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise DocumentError(url or "the file", "is no feed")
    feed, base = _channel(found, url)
    items = tuple(_item(item, feed.link, base) for item in _tables(found, "items"))
    return replace(feed, items=items)


def _read_items(text: str, url: str, part_items: int) -> Feed | None:
    """The same; None where it has few items, or no plain list of them."""
    walk = JsonWalk(text, lambda item: None)
    try:
        walk.read_feed()
    except (ValueError, RecursionError, IndexError):
        return None
    if len(walk.items) <= part_items or "items" in walk.members:
        return None
    feed, base = _channel(walk.members, url)
    starts = array("Q", (start for start, _, _ in walk.items))

    def tables() -> Iterator[dict[str, Any]]:
        return (_DECODER.raw_decode(text, start)[0] for start in starts)

    shared = find_shared_ids((_id(item), _link(item, base)) for item in tables())
    items = ItemsAnew(lambda: (_item(item, feed.link, base) for item in tables()))
    return replace(feed, items=items, shared_ids=shared)


def _channel(found: Mapping[str, Any], url: str) -> tuple[Feed, str]:
    """The feed without its items, and what their relative URLs resolve against."""
    if "jsonfeed.org/version/" not in _text(found, "version"):
        raise DocumentError(url or "the file", "is no feed")
    link = absolute(_text(found, "home_page_url"), url)
    base = url or absolute(_text(found, "feed_url"), "") or link
    author = next(iter(_authors(found)), "")
    return Feed(one_line(_text(found, "title")), link, author), base


def _link(item: Mapping[str, Any], base: str) -> str:
    return absolute(_text(item, "url"), base) or absolute(_text(item, "external_url"), base)


def _item(item: Mapping[str, Any], channel_link: str, base: str) -> FeedItem:
    link = _link(item, base)
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
