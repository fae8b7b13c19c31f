"""Many documents. A file here is a value of `engine =`; each offers what `Engine` names.

`local` works in this process, `ray` on a cluster, with the parts in `cluster/`. A new one passes
the suite of tests/engines/contract.py; docs/architecture.md says how to add it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.model import DocumentResult, DocumentTask, ImageRecord, PageTask
from archiver.pipeline.places import Places
from archiver.pipeline.posts_task import PostsTask

if TYPE_CHECKING:
    from archiver.wiring import Parts


class Engine(Protocol):
    """What a member of this folder offers, as functions of its module."""

    def open_parts(
        self,
        config: Config,
        places: Places,
        catalog: Catalog,
        on_image: Callable[[ImageRecord], None],
        on_document: Callable[[DocumentResult], None],
        is_retrying: bool,
    ) -> AbstractAsyncContextManager[Parts]:
        """The parts of a run, closed at its end whatever ends it.

        Args:
            on_image: told of every image as it ends.
            on_document: told of documents that come with others: style sheets of pages.
        """

    async def archive_all(
        self,
        tasks: Iterable[DocumentTask | PageTask | PostsTask],
        archive: Callable[[DocumentTask | PageTask | PostsTask], Awaitable[DocumentResult]],
        on_document: Callable[[DocumentResult], None],
        config: Config,
    ) -> None:
        """Archive every document of *tasks*, which is never drawn further ahead than a window.

        Raises:
            RunError: the run cannot go on; what was under way is cancelled first.
        """


def load_engine(name: str) -> Engine:
    """The engine *name*, a value of `engine =`; nothing of the others is imported."""
    return cast(Engine, import_module(f"{__name__}.{name}"))
