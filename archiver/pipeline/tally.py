"""Counts of a run, kept while it goes on."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime

from archiver.model import (
    DocumentOutcome,
    DocumentResult,
    Freshness,
    ImageRecord,
    Outcome,
    Summary,
)
from archiver.pipeline.dynamic import MUST_NOT_BE_FROZEN
from archiver.pipeline.schedule import format_time

_NEEDS_A_PERSON = frozenset({DocumentOutcome.CONFLICT, DocumentOutcome.UNREADABLE})
_LOSSES_NOT_COUNTED = frozenset({Outcome.SKIPPED})
_UNSAFE_DRAWING = "svg-"  # left out although it was wanted


class Tally:
    """What documents and images came to; an image counts once however many documents show it."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._began = format_time(datetime.now(UTC))
        self._documents: Counter[str] = Counter()
        self._images: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._stored: set[str] = set()
        self._lost: list[tuple[ImageRecord, str]] = []
        self._problems: list[DocumentResult] = []
        self._refreshed: Counter[str] = Counter()
        self._changed: list[ImageRecord] = []
        self._references = self._watermarked = self._bytes = 0

    def add_unchanged(self, count: int) -> None:
        """Documents that were not even opened."""
        if count:
            self._documents[DocumentOutcome.UNCHANGED] += count

    def note_image(self, record: ImageRecord) -> None:
        """An image as it ends: what is stored now is that for each of its documents, whichever of
        them ends first."""
        if record.outcome is Outcome.STORED:
            self._stored.add(record.url)

    def add_document(self, result: DocumentResult) -> None:
        self._documents[result.outcome] += 1
        self._references += result.references
        if result.outcome in _NEEDS_A_PERSON or result.reason:
            self._problems.append(result)
        for record in result.images:
            if record.url not in self._seen:
                self._seen.add(record.url)
                self._add_image(record, result.task.name)

    def add_refreshed(self, freshness: Freshness, record: ImageRecord) -> None:
        """An image that was asked for again."""
        self._refreshed[freshness] += 1
        if freshness is Freshness.CHANGED:
            self._changed.append(record)

    def summary(self, requests: int = 0) -> Summary:
        return Summary(
            documents=dict(self._documents),
            images=dict(self._images),
            references=self._references,
            watermarked=self._watermarked,
            bytes=self._bytes,
            requests=requests,
            seconds=round(time.monotonic() - self._began_s, 3),
            lost=tuple(self._lost),
            problems=tuple(self._problems),
            is_new_loss=any(record.when >= self._began for record, _ in self._lost),
            skipped=dict(self._skipped),
            refreshed=dict(self._refreshed),
            changed=tuple(self._changed),
        )

    def _add_image(self, record: ImageRecord, document: str) -> None:
        outcome = Outcome.STORED if record.url in self._stored else record.outcome
        self._images[outcome] += 1
        if outcome.is_had:
            self._watermarked += "watermarked" in record.flags
            self._bytes += record.size_bytes if outcome is Outcome.STORED else 0
        elif record.outcome is Outcome.SKIPPED and record.reason in MUST_NOT_BE_FROZEN:
            self._skipped[record.reason] += 1
        elif record.outcome not in _LOSSES_NOT_COUNTED or record.reason.startswith(_UNSAFE_DRAWING):
            self._lost.append((record, document))
