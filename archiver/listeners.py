"""Who is told what a job does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from archiver.catalog import Totals
from archiver.model import DocumentResult, ImageRecord, Summary


class Listener(Protocol):
    """Is told of each image and document as it ends."""

    def on_image(self, record: ImageRecord) -> None: ...

    def on_document(self, result: DocumentResult) -> None: ...


class Watcher(Protocol):
    """Stands by a run, whose lock is held meanwhile."""

    def began(self) -> None: ...

    def ended(self, summary: Summary, count_totals: Callable[[], Totals], has_work: bool) -> None:
        """The run is over, well or not.

        Args:
            count_totals: counts what the archive holds, which takes a look at every image.
            has_work: whether anything may have changed.
        """


class Silent:
    """A listener that tells nobody."""

    def on_image(self, record: ImageRecord) -> None: ...

    def on_document(self, result: DocumentResult) -> None: ...
