"""How log lines look: text for people, JSON for programs. No URL in them keeps a secret."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

from archiver.redact import escape, redact
from archiver.report.json_lines import dump_json

TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_PAIR = re.compile(r"(\w+)=%[sdr]")
_PLACE = re.compile(r"%(?!%)")
_URL = re.compile(r"https?://[^\s'\"<>]+")


class TextFormatter(logging.Formatter):
    """A line for a person."""

    def __init__(self) -> None:
        super().__init__(TEXT)

    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without a trace; what strangers wrote in it stays in it."""
        return escape(super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    """An object a line: ``time``, ``level``, ``logger``, ``message``, and ``fields`` for what a
    message says as ``name=value``; ``error`` holds the trace of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide_secrets(record.getMessage()),
        }
        if fields := _fields(record):
            line["fields"] = fields
        if record.exc_info:
            line["error"] = hide_secrets(self.formatException(record.exc_info))
        return dump_json(line)


def hide_secrets(text: str) -> str:
    """*text* with its URLs redacted; once more changes nothing.

    >>> hide_secrets("lost url=https://me:pw@img.example/a.png?token=x reason=dns")
    'lost url=https://img.example/a.png?token=… reason=dns'
    """
    return _URL.sub(lambda match: redact(match[0]), text) if "://" in text else text


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Name → value, where every place of the message has a name."""
    names = _PAIR.findall(str(record.msg))
    values = record.args if isinstance(record.args, tuple) else ()
    if not names or len(names) != len(values) or len(_PLACE.findall(str(record.msg))) != len(names):
        return {}
    return {name: _plain(value) for name, value in zip(names, values, strict=True)}


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | None) else hide_secrets(str(value))
