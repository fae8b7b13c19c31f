"""The parts for pages and feeds named by their URLs, which most runs have none of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archiver.fetch.headers import own_name
from archiver.model import DocumentResult
from archiver.pipeline.barrier import Barrier
from archiver.pipeline.document import Documents
from archiver.pipeline.feed_growth import FeedGrowth
from archiver.pipeline.feed_source import FeedSource
from archiver.pipeline.item_pages import ItemPages
from archiver.pipeline.pages import Pages
from archiver.pipeline.posts import Posts
from archiver.pipeline.robots import Robots
from archiver.pipeline.visiting import Visitor
from archiver.tools import Tools


@dataclass(frozen=True, slots=True)
class Visits:
    """What archives pages, and the posts of feeds."""

    pages: Pages
    posts: Posts


def make_visits(
    tools: Tools, documents: Documents, on_document: Callable[[DocumentResult], None]
) -> Visits:
    """The parts of a run that has a page or a feed.

    Args:
        documents: archives the documents that they become.
        on_document: told of those that no task named.
    """
    config = tools.config
    robots = Robots(tools.client, own_name(config.network)) if config.pages.robots else None
    return Visits(
        _make_pages(tools, documents, robots, on_document),
        _make_posts(tools, documents, robots, on_document),
    )


def _make_pages(
    tools: Tools,
    documents: Documents,
    robots: Robots | None,
    on_document: Callable[[DocumentResult], None],
) -> Pages:
    config, places = tools.config, tools.places
    barrier = Barrier(tools.journal.sync, tools.disk)
    growth = FeedGrowth(places, tools.originals, tools.catalog, barrier, tools.disk)
    visitor = Visitor(
        places,
        tools.client,
        tools.originals,
        tools.catalog,
        tools.journal,
        growth,
        tools.disk,
        config.pages.max_page_bytes,
    )
    return Pages(
        places, visitor, growth, tools.originals, documents, robots, tools.disk, on_document
    )


def _make_posts(
    tools: Tools,
    documents: Documents,
    robots: Robots | None,
    on_document: Callable[[DocumentResult], None],
) -> Posts:
    max_bytes = tools.config.pages.max_page_bytes
    return Posts(
        places=tools.places,
        catalog=tools.catalog,
        journal=tools.journal,
        source=FeedSource(tools.client, tools.catalog, tools.disk, max_bytes),
        originals=tools.originals,
        documents=documents,
        pages=ItemPages(tools.client, robots, tools.disk, max_bytes),
        robots=robots,
        disk=tools.disk,
        on_document=on_document,
    )
