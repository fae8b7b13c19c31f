"""The report of a run as a file: JSON for programs, Markdown for a pull request or a mail."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from archiver import __version__, files
from archiver.errors import UsageError
from archiver.model import DocumentResult, ImageRecord
from archiver.report.json_lines import image_object, summary_object
from archiver.report.markdown import format_markdown
from archiver.report.recorder import RunReport
from archiver.report.summary import WHY
from archiver.report.why import REASONS


def check_report_name(path: str) -> None:
    """Refuse a name that says no kind of report, or cannot be a file; before the run.

    Raises:
        UsageError: with what is accepted.
    """
    if os.path.splitext(path)[1].lower() not in _RENDERERS:
        accepted = " or ".join(_RENDERERS)
        raise UsageError(f"report {path}: expected a name that ends in {accepted}")
    if os.path.isdir(path):
        raise UsageError(f"report {path}: is a folder; name a file")


def write_report(report: RunReport, path: str) -> None:
    """Write the report whole, in the place of an earlier one.

    Raises:
        DocumentError, RunError, DiskFullError: it cannot be written.
    """
    render = _RENDERERS[os.path.splitext(path)[1].lower()]
    files.write_new(path, render(report).encode("utf-8", "replace"), replace=True)


def format_json(report: RunReport) -> str:
    """All of the report; URLs as `image_object` has them, without what may be a secret."""
    return json.dumps(report_object(report), ensure_ascii=False, indent=1) + "\n"


def report_object(report: RunReport) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "archiver": __version__,
        "command": report.command,
        "began": report.began,
        "ended": report.ended,
        "ending": report.ending,
        "error": report.error,
        "summary": summary_object(report.summary) | {"lost": len(report.summary.lost)},
        "documents": [_document(result) for result in report.documents],
        "images": [_image(record, report) for record in report.images],
        "losses": [_loss(record, name, report) for record, name in report.summary.lost],
    }


def _document(result: DocumentResult) -> dict[str, Any]:
    return {
        "document": result.task.name,
        "target": os.fsdecode(result.task.target),
        "outcome": result.outcome,
        "reason": result.reason,
        "references": result.references,
    }


def _image(record: ImageRecord, report: RunReport) -> dict[str, Any]:
    found = image_object(record)
    del found["kind"]
    return found | {
        "is_new": record.url in report.new,
        "documents": report.uses.get(record.url, []),
    }


def _loss(record: ImageRecord, document: str, report: RunReport) -> dict[str, Any]:
    found = image_object(record)
    return {
        "url": found["url"],
        "url_sha256": found["url_sha256"],
        "outcome": record.outcome,
        "reason": record.reason,
        "why": REASONS.get(record.reason) or WHY.get(record.outcome, ""),
        "not_before": record.not_before,
        "is_new": record.url in report.new,
        "documents": report.uses.get(record.url, [document]),
    }


_RENDERERS: Mapping[str, Callable[[RunReport], str]] = {
    ".json": format_json,
    ".md": format_markdown,
}
