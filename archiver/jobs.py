"""A job: which documents need work, under the lock; then the engine; then the summary.

Nothing that fetches, decodes or parses is imported until a document needs it: a run over
unchanged documents costs a walk, one query and a comparison for each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Protocol

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.errors import UsageError
from archiver.model import DocumentOutcome, DocumentResult, DocumentTask, ImageRecord, Summary
from archiver.pipeline.places import Places
from archiver.pipeline.schedule import format_time
from archiver.pipeline.tally import Tally
from archiver.sources import SourceFile, SourceSettings, find_documents


class Listener(Protocol):
    """Is told of each image and document as it ends."""

    def on_image(self, record: ImageRecord) -> None: ...

    def on_document(self, result: DocumentResult) -> None: ...


class Silent:
    """A listener that tells nobody."""

    def on_image(self, record: ImageRecord) -> None: ...

    def on_document(self, result: DocumentResult) -> None: ...


@dataclass(frozen=True, slots=True)
class Order:
    """What to archive and where the documents go.

    Attributes:
        sources: files, folders and globs.
        output: the folder for copies; None: the documents are rewritten where they are.
        is_scheduled: whether it comes from the configuration and not from a person.
    """

    sources: tuple[str, ...]
    output: str | None
    settings: SourceSettings = field(default_factory=SourceSettings)
    is_scheduled: bool = False


def orders_of(config: Config) -> list[Order]:
    """The sources of a configuration; relative paths count from its base folder."""
    return [
        Order(
            (os.path.join(config.base, source.path),),
            None if source.in_place else os.path.join(config.base, source.output),
            SourceSettings(source.include, source.exclude),
            is_scheduled=True,
        )
        for source in config.sources
    ]


def archive(
    orders: Sequence[Order],
    config: Config,
    listener: Listener,
    *,
    is_retrying: bool = False,
    is_waiting: bool = False,
) -> Summary:
    """Archive the documents of *orders*.

    Args:
        is_retrying: ask again for lost images before their time.
        is_waiting: wait for another run to end.

    Raises:
        UsageError: a source or a setting cannot be used.
        LockHeldError: another run works on the same archive.
        RunError: the run cannot go on.
    """
    with Job(orders, config, listener, is_retrying, is_waiting) as job:
        if job.has_work:
            import asyncio  # not before there is work: it costs as much as a thousand documents

            asyncio.run(job.work())
        return job.summary()


async def archive_async(
    orders: Sequence[Order],
    config: Config,
    listener: Listener,
    *,
    is_retrying: bool = False,
    is_waiting: bool = False,
) -> Summary:
    """`archive` for a program that has an event loop."""
    with Job(orders, config, listener, is_retrying, is_waiting) as job:
        if job.has_work:
            await job.work()
        return job.summary()


class Job:
    """One run over some orders; a context manager that holds the lock."""

    def __init__(
        self,
        orders: Sequence[Order],
        config: Config,
        listener: Listener,
        is_retrying: bool,
        is_waiting: bool,
    ) -> None:
        self._orders, self._config, self._listener = orders, config, listener
        self._is_retrying, self._is_waiting = is_retrying, is_waiting
        self._places = Places.of(config.base, config.archive, config.state)
        self._tally, self._requests = Tally(), 0
        self._now = format_time(datetime.now(UTC))
        self._stack = ExitStack()

    def __enter__(self) -> Job:
        for order in self._orders:
            check_links(order, self._config)
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def _open(self) -> None:
        state = self._places.state
        self._stack.enter_context(files.lock(os.path.join(state, "lock"), wait=self._is_waiting))
        self._catalog = self._stack.enter_context(
            Catalog(os.path.join(state, "catalog.sqlite"), os.path.join(state, "journal"))
        )
        if self._catalog.has_unfinished():
            from archiver.pipeline.repair import finish_stories

            finish_stories(self._places, self._catalog)
        self._states = self._catalog.all_document_states()
        tasks = self._tasks()
        first = next(tasks, None)
        self.has_work = first is not None
        self._work = chain([first] if first else [], tasks)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    async def work(self) -> None:
        """Archive what needs it."""
        from archiver.engines.local import archive_all
        from archiver.wiring import open_parts

        async with open_parts(
            self._config, self._places, self._catalog, self._listener.on_image, self._is_retrying
        ) as parts:
            try:
                await archive_all(self._work, parts.documents.archive, self._note)
            finally:
                self._requests = parts.client.requests_made
        for path, kept in parts.late.found:
            reason = f"saved by someone at the moment of the rewrite; that is kept in {kept}"
            task = DocumentTask(path, path, b"", files.shown(path))
            self._note(DocumentResult(task, DocumentOutcome.CONFLICT, reason))

    def summary(self) -> Summary:
        return self._tally.summary(self._requests)

    def _note(self, result: DocumentResult) -> None:
        self._tally.add_document(result)
        self._listener.on_document(result)

    def _tasks(self) -> Iterator[DocumentTask]:
        """The documents that changed or wait for an image that is due; the others are counted."""
        here = os.getcwdb() + b"/"
        own = [self._places.archive_folder, self._places.state]
        for order in self._orders:
            output = order.output and os.path.realpath(order.output)
            own_now = [*own, output] if output else own
            found = find_documents(order.sources, order.settings, own_now, want_all=bool(output))
            unchanged = 0
            for file in found:
                target = os.path.join(os.fsencode(output), file.relative) if output else file.path
                if not file.is_document:
                    files.copy_file(file.path, target)
                elif self._is_unchanged(file, target, order.is_scheduled):
                    unchanged += 1
                else:
                    name = os.fsdecode(file.path.removeprefix(here))
                    yield DocumentTask(file.path, target, file.root, name, order.is_scheduled)
            self._tally.add_unchanged(unchanged)

    def _is_unchanged(self, file: SourceFile, target: bytes, is_scheduled: bool) -> bool:
        path = self._places.relative(target)
        state = self._states.get(path)
        if state is None or state[:3] != (file.size_bytes, file.mtime_ns, file.inode):
            return False
        if state.retry_at and (self._is_retrying or state.retry_at <= self._now):
            return False
        if target is not file.path and not os.path.lexists(target):
            return False
        return is_scheduled or not self._catalog.is_restored(path, state.sha256)


def check_links(order: Order, config: Config) -> None:
    """Refuse relative links in a site whose generator moves its posts.

    Raises:
        UsageError: with the lines to add to the configuration.
    """
    if order.output is not None or config.rewrite.link_prefix:
        return
    from archiver.sites import find_site  # only here: it reads generators' own files

    for source in order.sources:
        site = find_site(Path(source).resolve())
        if site is not None and site.link_prefix:
            raise UsageError(
                f"{site.root} is a site of {site.generator}, which moves its posts: relative links "
                f"would break. Run `archiver init` there, or add to the configuration:\n"
                f'archive = "{site.archive}"\nlink_prefix = "{site.link_prefix}"'
            )
