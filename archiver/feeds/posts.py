"""An item → the bytes of its post."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archiver.feeds.items import Feed, FeedItem
from archiver.feeds.sanitizing import sanitize
from archiver.feeds.settings import PostSettings
from archiver.feeds.templates import render


def write_post(item: FeedItem, feed: Feed, date: datetime, settings: PostSettings) -> bytes:
    """The post of *item* in the form that *settings* ask for, in UTF-8.

    Args:
        date: the item's, or when it was first seen, where it has none.

    Raises:
        ConfigError: the template does not work.
    """
    shown = replace(item, html=sanitize(item.html) if settings.sanitize else item.html)
    authors = shown.authors or tuple(filter(None, (feed.author or feed.title,)))
    values = {
        "title": shown.title,
        "link": shown.link,
        "date": date,
        "author": ", ".join(authors),
        "authors": authors,
        "categories": shown.categories,
        "picture": shown.picture,
        "html": shown.html,
        "feed": feed,
        "item": shown,
    }
    return render(settings.template, values).encode()
