"""A run for programs: one JSON object a line, each image and document as it ends."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from archiver.model import DocumentResult, ImageRecord, Summary
from archiver.redact import PROCESSING, escape_controls, redact


class JsonLines:
    """Writes each fact through *write*, which gets a line without its newline."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def on_image(self, record: ImageRecord) -> None:
        self._write(dump_json(image_object(record)))

    def on_document(self, result: DocumentResult) -> None:
        self._write(
            dump_json(
                {
                    "kind": "document",
                    "document": result.task.name,
                    "target": os.fsdecode(result.task.target),
                    "outcome": result.outcome,
                    "reason": result.reason,
                    "references": result.references,
                }
            )
        )

    def on_summary(self, summary: Summary) -> None:
        self._write(dump_json({"summary": summary_object(summary)}))


def image_object(record: ImageRecord) -> dict[str, Any]:
    """The journal's image line as JSON values; empty fields are left out.

    Its URLs are redacted, since what a program prints ends up in logs; instructions of picture
    services stay in `url`, and ``url_sha256`` finds the picture of a URL that is known.
    """
    found = {"kind": "image", **asdict_of(record)}
    found["candidate"] = found.pop("kind_of_candidate")
    return {key: value for key, value in found.items() if value not in ("", (), 0, {})}


def asdict_of(record: ImageRecord) -> dict[str, Any]:
    values = {f: getattr(record, f) for f in record.__dataclass_fields__}
    values["kind_of_candidate"] = values.pop("kind")
    values["thumbnails"] = dict(record.thumbnails)
    values["url"] = redact(record.url, PROCESSING)
    values["url_sha256"] = hashlib.sha256(record.url.encode("utf-8", "replace")).hexdigest()
    values["requested_url"] = redact(record.requested_url)
    values["newer"] = image_object(record.newer) if record.newer else ""
    values["refused"] = tuple(asdict(refusal) for refusal in record.refused)
    return values


def summary_object(summary: Summary) -> dict[str, Any]:
    """Counts of a run; the losses are in the image lines."""
    budget = {"left": summary.left, "spent": summary.spent} if summary.spent else {}
    return {
        "documents": dict(summary.documents),
        "references": summary.references,
        "images": dict(summary.images),
        "refreshed": dict(summary.refreshed),
        "watermarked": summary.watermarked,
        "bytes": summary.bytes,
        "requests": summary.requests,
        "seconds": summary.seconds,
        **budget,
    }


def dump_json(value: Any) -> str:
    r"""*value* on one line; text as it is, but what a terminal would obey, and half a surrogate
    pair of an odd file name, have JSON's own escapes.

    >>> dump_json("café \u202e.md")
    '"café \\u202e.md"'
    """
    try:
        text = json.dumps(value, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return escape_controls(text)
