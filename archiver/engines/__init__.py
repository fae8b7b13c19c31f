"""Many documents. A file here is a value of `engine =`; each offers what `Engine` names.

`local` works in this process, `ray` on a cluster, with the parts in `cluster/`. A new one passes
the suite of tests/engines/contract.py; docs/architecture.md says how to add it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from archiver.config import Config
from archiver.context import RunContext
from archiver.model import DocumentResult, DocumentTask, PageTask
from archiver.pipeline.posts_task import PostsTask

if TYPE_CHECKING:
    from archiver.wiring import Parts


class Engine(Protocol):
    """What a member of this folder offers, as functions of its module."""

    def open_parts(self, run: RunContext) -> AbstractAsyncContextManager[Parts]:
        """The parts of a run, closed at its end whatever ends it."""

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
