"""A feed that is to become posts. Importing this costs next to nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.catalog import Catalog, DocumentState
from archiver.feeds.settings import PostSettings
from archiver.model import DocumentOutcome, DocumentResult, DocumentTask, ItemRecord
from archiver.pipeline.places import Places
from archiver.redact import redact

if TYPE_CHECKING:
    from archiver.pipeline.originals import Originals


@dataclass(frozen=True, slots=True)
class PostsTask:
    """A feed, and where its posts go.

    Attributes:
        feed: a URL, or the absolute path of a file.
        folder: of the posts; absolute, real.
        profile: see `DocumentTask`.
    """

    feed: str
    folder: bytes
    settings: PostSettings = field(default_factory=PostSettings)
    profile: int = 0

    @property
    def is_web(self) -> bool:
        """Whether the feed is asked for; else it is a file."""
        return is_web(self.feed)

    @property
    def name(self) -> str:
        """The feed as the user knows it."""
        if self.is_web:
            return redact(self.feed)
        return self.feed.removeprefix(os.getcwd() + "/")

    @property
    def source(self) -> str:
        """Names the feed's mark in the catalog: the same feed may fill several folders."""
        return f"{self.feed}\n{self.folder.hex()}"

    def scope(self, places: Places) -> tuple[str, bytes]:
        """What the journal calls the feed and its folder."""
        folder = places.relative(self.folder)
        if self.is_web:
            return self.feed.partition("://")[2], folder
        relative = places.relative(os.fsencode(self.feed))
        return relative.decode("utf-8", "backslashreplace"), folder


def is_web(url: str) -> bool:
    """Whether *url* can be asked for."""
    return url.lower().startswith(("http://", "https://"))


def mark_of_file(path: str) -> str:
    """Changes when the file does; "" where it cannot be told."""
    try:
        found = os.stat(path)
    except OSError:
        return ""
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ino}"


def is_settled(task: PostsTask, places: Places, catalog: Catalog) -> bool:
    """Whether a feed that is a file did not change since all its items were posts."""
    if task.is_web:
        return False
    mark = mark_of_file(task.feed)
    return (
        bool(mark)
        and mark == catalog.feeds.mark(task.source)
        and not (catalog.feeds.unmade(*task.scope(places)))
    )


def list_due(
    task: PostsTask,
    places: Places,
    catalog: Catalog,
    states: Mapping[bytes, DocumentState],
    is_due: Callable[[DocumentState], bool],
) -> Iterator[DocumentTask]:
    """The posts of a feed's folder that wait for a picture whose time has come.

    One that a person changed meanwhile is left to the sources that name it.
    """
    folder = places.relative(task.folder)
    for path, state in states.items():
        is_below = folder == b"." or path.startswith(folder + b"/")
        if not (state.retry_at and is_below and is_due(state) and catalog.feeds.is_post(path)):
            continue
        absolute = places.absolute(path)
        if _is_as_it_was(absolute, state):
            name = _shown_name(absolute)
            yield DocumentTask(absolute, absolute, task.folder, name, profile=task.profile)


def make_post_task(
    record: ItemRecord, replaces: str, places: Places, originals: Originals
) -> DocumentTask:
    """The post of an item, as a document to archive.

    Args:
        replaces: see `DocumentTask`.
    """
    target = places.absolute(record.path)
    return DocumentTask(
        source=os.fsencode(originals.path(record.sha256)),
        target=target,
        root=os.fsencode(originals.folder),
        name=_shown_name(target),
        url=record.url if is_web(record.url) else "",
        format="html" if target.lower().endswith((b".html", b".htm")) else "markdown",
        charset="utf-8",
        replaces=replaces,
    )


def tell_of(task: PostsTask, outcome: DocumentOutcome, reason: str = "") -> DocumentResult:
    """What became of a feed itself."""
    nothing = DocumentTask(b"", task.folder, b"", task.name, is_scheduled=True)
    return DocumentResult(nothing, outcome, reason)


def _shown_name(path: bytes) -> str:
    return os.fsdecode(path.removeprefix(os.getcwdb() + b"/"))


def _is_as_it_was(path: bytes, state: DocumentState) -> bool:
    try:
        found = os.stat(path, follow_symlinks=False)
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns, found.st_ino) == state[:3]
