"""Which documents of the orders need work: a walk, one query and a comparison for each."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

from archiver import files
from archiver.catalog import Catalog, DocumentState
from archiver.model import DocumentOutcome, DocumentResult, DocumentTask, PageTask
from archiver.orders import Order, list_pages
from archiver.pipeline.places import Places
from archiver.pipeline.posts_task import PostsTask, is_settled, list_due
from archiver.pipeline.schedule import format_time
from archiver.sources import SourceFile, find_documents, is_url
from archiver.storage.addresses import is_object_url

_NS = 1_000_000_000


class Selection:
    """The pages of the orders, and the documents that changed or wait for an image that is due.

    Args:
        min_age_s: a document of a scheduled order that was saved less than so long ago is busy.
        is_retrying: lost images are due before their time.
        on_unchanged: is told how many need nothing.
        on_busy: is told of each that is left for the next run.
    """

    def __init__(
        self,
        orders: Sequence[Order],
        places: Places,
        catalog: Catalog,
        *,
        min_age_s: float,
        is_retrying: bool,
        on_unchanged: Callable[[int], None],
        on_busy: Callable[[DocumentResult], None],
    ) -> None:
        self._orders, self._places, self._catalog = orders, places, catalog
        self._min_age_ns, self._is_retrying = int(min_age_s * _NS), is_retrying
        self._on_unchanged, self._on_busy = on_unchanged, on_busy
        self._states, self._here = catalog.all_document_states(), os.getcwdb() + b"/"
        self._now, self._now_ns = format_time(datetime.now(UTC)), time.time_ns()
        self._in_place: set[bytes] = set()  # two tasks would write one document at a time

    def tasks(self) -> Iterator[DocumentTask | PageTask | PostsTask]:
        """What needs work, found as it is asked for."""
        yield from list_pages(self._orders, self._places.base)
        yield from self._posts()
        for order in self._orders:
            yield from self._documents(order)

    def _documents(self, order: Order) -> Iterator[DocumentTask]:
        """The documents of an order that changed; for copies, the other files are copied."""
        output = os.fsencode(os.path.realpath(order.output)) if order.output else None
        unchanged = 0
        for found in self._find(order, output):
            file = found if output else _by_real_name(found)
            target = os.path.join(output, file.relative) if output else file.path
            if not output and target in self._in_place:
                continue
            self._in_place.update(() if output else (target,))
            if not file.is_document:
                files.copy_file(file.path, target)
            elif self._is_unchanged(file, target, order.is_scheduled):
                unchanged += 1
            else:
                task = self._task(file, target, order)
                if self._is_busy(file, order):
                    self._on_busy(DocumentResult(task, DocumentOutcome.BUSY, "saved just now"))
                else:
                    yield task
        self._on_unchanged(unchanged)

    def _find(self, order: Order, output: bytes | None) -> Iterator[SourceFile]:
        """The files and objects that the sources name; what is written into is left out."""
        own = [self._places.archive_folder, self._places.state]
        if output:
            own.append(os.fsdecode(output))
        named = [] if order.is_feed else [s for s in order.sources if not is_url(s)]
        paths = [source for source in named if not is_object_url(source)]
        return chain(
            find_documents(paths, order.settings, own, want_all=bool(output)),
            self._find_objects(list(filter(is_object_url, named)), order),
        )

    def _task(self, file: SourceFile, target: bytes, order: Order) -> DocumentTask:
        name = os.fsdecode(file.path.removeprefix(self._here))
        is_scheduled, profile = order.is_scheduled, order.profile
        return DocumentTask(file.path, target, file.root, name, is_scheduled, profile=profile)

    def _posts(self) -> Iterator[DocumentTask | PostsTask]:
        """The feeds that become posts, each after those of its posts that wait for a picture."""
        for task in {order.posts: None for order in self._orders if order.posts}:
            yield from list_due(task, self._places, self._catalog, self._states, self._is_due)
            if is_settled(task, self._places, self._catalog):
                self._on_unchanged(1)
            else:
                yield task

    def _is_due(self, state: DocumentState) -> bool:
        return bool(state.retry_at) and (self._is_retrying or state.retry_at <= self._now)

    def _find_objects(self, sources: list[str], order: Order) -> Iterator[SourceFile]:
        if not sources:
            return iter(())
        from archiver.sources.objects import find_objects

        own = [url for url in (self._places.archive_url, self._places.state_url) if url]
        return find_objects(sources, order.settings, own, self._places.objects)

    def _is_busy(self, file: SourceFile, order: Order) -> bool:
        """Whether somebody may still be at it; a time to come says nothing."""
        return order.is_scheduled and 0 <= self._now_ns - file.mtime_ns < self._min_age_ns

    def _is_unchanged(self, file: SourceFile, target: bytes, is_scheduled: bool) -> bool:
        path = self._places.relative(target)
        state = self._states.get(path)
        if state is None or state[:3] != (file.size_bytes, file.mtime_ns, file.inode):
            return False
        if self._is_due(state):
            return False
        if target is not file.path and not os.path.lexists(target):
            return False
        return is_scheduled or not self._catalog.is_restored(path, state.sha256)


def _by_real_name(file: SourceFile) -> SourceFile:
    """In place a link stands for the document that it leads to: relative links count from there.

    One that leads out of its folder is refused when it is read; where the target has another
    suffix, that of the link tells the format.
    """
    if not file.is_link:
        return file
    real = os.path.realpath(file.path)
    is_below = real.startswith(os.path.join(os.path.realpath(file.root), b""))
    is_alike = os.path.splitext(real)[1].lower() == os.path.splitext(file.path)[1].lower()
    return file._replace(path=real, is_link=False) if is_below and is_alike else file
