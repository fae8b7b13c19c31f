"""A feed's items become posts, each archived in the same run.

What is to become of an item is durable in the journal before anything of it is asked for: its post
as it was written from the item, and the post's name. A run that is killed anywhere leaves a list of
posts to make, and the next one makes them though the items may have left the feed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

from archiver.catalog import Catalog
from archiver.errors import DocumentError, FetchError
from archiver.feeds.identity import with_keys
from archiver.feeds.items import Feed, FeedItem
from archiver.feeds.posts import write_post
from archiver.feeds.reading import read_feed
from archiver.fetch.redirects import UnusableUrlError, normalize_url
from archiver.journal import Journal
from archiver.model import DocumentOutcome, DocumentResult, DocumentTask, ItemRecord
from archiver.pipeline.document import Documents
from archiver.pipeline.feed_source import FeedSource
from archiver.pipeline.fresh_items import FreshItem, compare
from archiver.pipeline.item_pages import ItemPages
from archiver.pipeline.originals import Originals
from archiver.pipeline.places import Places
from archiver.pipeline.post_names import PostNames
from archiver.pipeline.posts_task import PostsTask, make_post_task, tell_of
from archiver.pipeline.records import now_text
from archiver.pipeline.robots import Robots
from archiver.pipeline.schedule import format_time
from archiver.pipeline.standing import Standing, look

T = TypeVar("T")

BATCH = 100  # items whose posts are written, and made durable, before their pictures are fetched
_LATER = "later"  # in the place of the hash of an item: its page is asked for again
_WINDOW = 32  # posts under way
_REASONS = {
    Standing.EDITED: (DocumentOutcome.CONFLICT, "its item changed, but so did the post: it stays"),
    Standing.REMOVED: (DocumentOutcome.SKIPPED, "its item changed, but the post was removed"),
}


class Posts:
    """Makes the posts of feeds; several feeds may be under way.

    Args:
        robots: None: they are not asked.
        on_document: told of each post.
    """

    def __init__(
        self,
        *,
        places: Places,
        catalog: Catalog,
        journal: Journal,
        source: FeedSource,
        originals: Originals,
        documents: Documents,
        pages: ItemPages,
        robots: Robots | None,
        disk: Executor,
        on_document: Callable[[DocumentResult], None],
    ) -> None:
        self._places, self._catalog, self._journal = places, catalog, journal
        self._source, self._originals, self._documents = source, originals, documents
        self._pages, self._robots = pages, robots
        self._disk = disk
        self._on_document = on_document
        self._names = PostNames(places, catalog)
        self._window = asyncio.Semaphore(_WINDOW)

    async def archive(self, task: PostsTask) -> DocumentResult:
        """Make the posts of the feed's new items, and anew those of items that changed."""
        try:
            return await self._archive(task)
        except UnusableUrlError as error:
            reason = f"not asked for ({error.reason})"
        except FetchError as error:
            reason = f"{error.outcome} ({error.reason})"
        except DocumentError as error:
            reason = error.reason
        return tell_of(task, DocumentOutcome.UNREADABLE, reason)

    async def _archive(self, task: PostsTask) -> DocumentResult:
        lost = await self._make_unmade(task)
        if self._robots is not None and task.is_web:
            why_not = await self._robots.why_not(normalize_url(task.feed))
            if why_not:
                return tell_of(task, DocumentOutcome.SKIPPED, why_not)
        found = await self._source.read(task)
        if found is None:
            return tell_of(task, DocumentOutcome.UNCHANGED)
        feed, mark = (
            await self._on_disk(read_feed, found.data, found.url, found.charset),
            found.mark,
        )
        del found  # what the feed needs of its bytes it has
        items, count, is_whole = with_keys(feed), 0, True
        while batch := await self._on_disk(lambda: list(islice(items, BATCH))):
            fresh = await self._take(batch, feed, task, lost)
            count += len(fresh)
            is_whole &= all(one.content != _LATER for one in fresh)
        for record in lost.values():
            self._give_up(record)
        self._remember(task, mark if is_whole else "", bool(count))
        return tell_of(task, DocumentOutcome.UNCHANGED)

    async def _make_unmade(self, task: PostsTask) -> dict[str, ItemRecord]:
        """Make the posts that a killed run did not; key → record of those whose bytes are gone,
        as they are in a fresh clone: only the feed may still have their items."""
        unmade = self._catalog.feeds.unmade(*task.scope(self._places))
        lost = {}
        for record in unmade:
            if await self._on_disk(self._originals.holds, record.sha256):
                await self._make(record, task.profile)
            else:
                lost[record.key] = record
        return lost

    def _give_up(self, record: ItemRecord) -> None:
        """Say once that a post cannot be made; where its item comes back, it is."""
        self._note(replace(record, sha256="", content="", settled="lost", when=now_text()))
        task, reason = self._task(record, ""), "what it was to hold is gone, and so is its item"
        self._on_document(DocumentResult(task, DocumentOutcome.UNREADABLE, reason))

    def _remember(self, task: PostsTask, mark: str, has_news: bool) -> None:
        """Note what the feed is now that all its items are posts.

        A server that gives the same items another ETag each time makes no run write.
        """
        known = self._catalog.feeds.mark(task.source)
        if mark != known and (has_news or not known or not task.is_web):
            self._catalog.feeds.set_mark(task.source, mark)

    async def _take(
        self,
        batch: Sequence[tuple[str, FeedItem]],
        feed: Feed,
        task: PostsTask,
        lost: dict[str, ItemRecord],
    ) -> list[FreshItem]:
        """Make the posts of what is new in *batch*; the items that were new or had changed.

        Those of *lost* are taken out of it.
        """
        scope, find = task.scope(self._places), self._catalog.feeds.find_item
        compared = [
            compare(key, item, find(*scope, key), lost.pop(key, None)) for key, item in batch
        ]
        fresh = [one for one in compared if one is not None]
        if task.settings.full_text:
            fresh = list(await asyncio.gather(*map(self._fill, fresh)))
        written = await self._on_disk(lambda: [self._write(one, feed, task) for one in fresh])
        pairs = [
            (self._record(one, sha256, task), one)
            for one, sha256 in zip(fresh, written, strict=True)
            if one.known is None or (sha256, one.content) != (one.known.sha256, one.known.content)
        ]
        records = [
            (record, one.known is None)
            for record, one in pairs
            if one.known is None or one.known.sha256 != record.sha256
        ]
        if records:
            await self._on_disk(self._journal.sync)
            await asyncio.gather(
                *(self._make(record, task.profile, is_new) for record, is_new in records)
            )
        return fresh

    async def _fill(self, fresh: FreshItem) -> FreshItem:
        """With the text of its page; one whose page may be had later counts as changed again."""
        item, will_do = await self._pages.fill(fresh.item)
        return replace(fresh, item=item, content=fresh.content if will_do else _LATER)

    def _write(self, fresh: FreshItem, feed: Feed, task: PostsTask) -> str:
        """Keep the post as it is before it is archived; its digest."""
        data = write_post(fresh.item, feed, fresh.date, task.settings)
        return self._originals.put_bytes(data)

    def _record(self, fresh: FreshItem, sha256: str, task: PostsTask) -> ItemRecord:
        """Say in the journal what is to become of an item."""
        feed, folder = task.scope(self._places)
        if fresh.known:
            path = fresh.known.path
        else:
            path = self._places.relative(
                self._names.choose(task.folder, fresh.item, fresh.key, fresh.date, task.settings)
            )
        record = ItemRecord(
            feed, folder, fresh.key, path, sha256, fresh.content,
            url=fresh.item.link or fresh.item.base_url,
            date=format_time(fresh.date),
            when=now_text(),
        )  # fmt: skip
        self._note(record)
        return record

    def _note(self, record: ItemRecord) -> None:
        self._journal.append_item(record)
        self._catalog.feeds.add_item(record)

    async def _make(self, record: ItemRecord, profile: int, is_new: bool = False) -> None:
        """Write one post, unless its place is a person's.

        Args:
            is_new: its name was chosen just now.
        """
        async with self._window:
            found = look(record, self._places, self._catalog, is_new)
            if found.standing in _REASONS:
                outcome, reason = _REASONS[found.standing]
                self._note(replace(record, settled=str(found.standing), when=now_text()))
                self._on_document(DocumentResult(self._task(record, ""), outcome, reason))
            else:
                task = replace(self._task(record, found.sha256), profile=profile)
                self._on_document(await self._documents.archive(task))

    def _task(self, record: ItemRecord, replaces: str) -> DocumentTask:
        return make_post_task(record, replaces, self._places, self._originals)

    async def _on_disk(self, function: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._disk, function, *arguments)
