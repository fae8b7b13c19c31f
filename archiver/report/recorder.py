"""What a run told while it went on, kept for its report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from archiver.listeners import Listener
from archiver.model import DocumentResult, ImageRecord, Summary
from archiver.pipeline.schedule import format_time
from archiver.pipeline.tally import Tally

Ending = Literal["done", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class RunReport:
    """All that a report says of a run.

    Attributes:
        command: ``archive`` or ``run``.
        began, ended: RFC 3339.
        error: why it failed; "" where it did not.
        summary: of what was done, also where the run did not come to its end.
        documents: those that were looked into, in the order in which they ended.
        images: the newest record of each URL, sorted by URL.
        new: the URLs whose outcome this run found; the others were known before.
        uses: URL → the documents that name it, sorted.
    """

    command: str
    began: str
    ended: str
    ending: Ending
    error: str
    summary: Summary
    documents: tuple[DocumentResult, ...]
    images: tuple[ImageRecord, ...]
    new: frozenset[str]
    uses: dict[str, list[str]]


class Recorder:
    """A listener that keeps what it hears, and passes it on."""

    def __init__(self, listener: Listener, command: str) -> None:
        self._listener, self._command = listener, command
        self._began = format_time(datetime.now(UTC))
        self._tally = Tally()
        self._documents: list[DocumentResult] = []
        self._images: dict[str, ImageRecord] = {}
        self._new: set[str] = set()
        self._uses: dict[str, list[str]] = defaultdict(list)

    def on_image(self, record: ImageRecord) -> None:
        self._images[record.url] = record
        self._new.add(record.url)
        self._listener.on_image(record)

    def on_document(self, result: DocumentResult) -> None:
        self._tally.add_document(result)
        self._documents.append(result)
        for record in result.images:
            self._images.setdefault(record.url, record)
            self._uses[record.url].append(result.task.name)
        self._listener.on_document(result)

    def report(
        self, summary: Summary | None, ending: Ending = "done", error: str = ""
    ) -> RunReport:
        """The report.

        Args:
            summary: the run's own; None: what was heard is counted.
        """
        if summary is None:
            requests = sum(self._images[url].attempts for url in self._new)
            summary = self._tally.summary(requests)
        return RunReport(
            self._command,
            self._began,
            format_time(datetime.now(UTC)),
            ending,
            error,
            summary,
            tuple(self._documents),
            tuple(self._images[url] for url in sorted(self._images)),
            frozenset(self._new),
            {url: sorted(set(names)) for url, names in self._uses.items()},
        )
