"""Counts of a run don't depend on which of its documents ends first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archiver.model import DocumentOutcome, DocumentResult, DocumentTask, ImageRecord, Outcome
from archiver.pipeline.tally import Tally

STORED = ImageRecord("https://img.example/a.png", Outcome.STORED, size_bytes=7)
REUSED = replace(STORED, outcome=Outcome.REUSED)


def result_with(record: ImageRecord) -> DocumentResult:
    task = DocumentTask(b"/a.md", b"/a.md", b"/", "a.md")
    return DocumentResult(task, DocumentOutcome.REWRITTEN, images=(record,))


@pytest.mark.parametrize("ended", [(STORED, REUSED), (REUSED, STORED), (REUSED,)])
def test_what_was_stored_in_this_run_counts_so(ended: tuple[ImageRecord, ...]) -> None:
    tally = Tally()
    tally.note_image(STORED)
    for record in ended:
        tally.add_document(result_with(record))
    summary = tally.summary()
    assert (summary.images, summary.bytes) == ({"stored": 1}, 7)


def test_what_an_earlier_run_stored_is_reused() -> None:
    tally = Tally()
    tally.add_document(result_with(REUSED))
    summary = tally.summary()
    assert (summary.images, summary.bytes) == ({"reused": 1}, 0)
