"""One line on a terminal that says how far the run is."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from archiver.model import DocumentResult, ImageRecord, Outcome


class Progress:
    """A listener that draws; it is gone when the run ends."""

    def __init__(self) -> None:
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("looking for documents")
        self._documents = self._stored = self._lost = 0

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def on_image(self, record: ImageRecord) -> None:
        if record.outcome.is_had:
            self._stored += 1
        elif record.outcome is not Outcome.SKIPPED:
            self._lost += 1
        self._draw()

    def on_document(self, result: DocumentResult) -> None:
        self._documents += 1
        self._draw()

    def _draw(self) -> None:
        lost = f", {self._lost} lost" if self._lost else ""
        text = f"{self._documents} documents, {self._stored} images stored{lost}"
        self._bar.update(self._task, description=text)
