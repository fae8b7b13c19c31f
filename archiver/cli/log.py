"""Where log lines go: to stderr, as text or as JSON."""

from __future__ import annotations

import logging
import sys

import click

_WISH = "archiver.log_format"  # in the context that click shares between commands
_LEVELS = (logging.ERROR, logging.INFO, logging.DEBUG)


def choose_format(context: click.Context, parameter: click.Parameter, value: str) -> None:
    """The callback of ``--log-format``."""
    context.meta[_WISH] = value


def set_up_logging(verbose: int = 0, quiet: bool = False) -> None:
    """Log to stderr: errors; with 1 each image and document; with 2 each attempt.

    As JSON, warnings too unless it is to be *quiet*: they say what the summary says to people.
    """
    from archiver.report.logs import JsonFormatter, TextFormatter

    context = click.get_current_context(silent=True)
    is_json = context is not None and context.meta.get(_WISH) == "json"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if is_json else TextFormatter())
    level = _LEVELS[min(verbose, 2)]
    if is_json and not verbose and not quiet:
        level = logging.WARNING
    logging.basicConfig(level=level, handlers=[handler])


def is_json_wanted() -> bool:
    """Whether log lines are JSON."""
    handlers = logging.getLogger().handlers
    return any(type(handler.formatter).__name__ == "JsonFormatter" for handler in handlers)
