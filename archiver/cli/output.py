"""Where a run's facts go: JSON lines or a summary on stdout, progress and logs on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import click

from archiver.cli.log import is_json_wanted
from archiver.cli.log import set_up_logging as set_up_logging
from archiver.listeners import Listener, Silent
from archiver.model import DocumentOutcome, Summary
from archiver.report.json_lines import JsonLines
from archiver.report.summary import format_summary

_NEEDS_A_PERSON = (DocumentOutcome.CONFLICT, DocumentOutcome.UNREADABLE)


@contextmanager
def listening(
    as_json: bool, quiet: bool, verbose: int, *, is_stdout_taken: bool = False
) -> Iterator[Listener]:
    """The listener for a run; a progress bar only where someone looks at a terminal.

    Args:
        is_stdout_taken: whether the document itself goes there, and all else to stderr.
    """
    set_up_logging(verbose, quiet)
    if as_json:
        yield JsonLines(partial(click.echo, err=is_stdout_taken))
    elif quiet or verbose or is_json_wanted() or not sys.stderr.isatty():
        yield Silent()
    else:
        from archiver.report.progress import Progress

        with Progress() as progress:
            yield progress


def show(
    summary: Summary,
    listener: Listener,
    where: str | None,
    quiet: bool,
    *,
    is_stdout_taken: bool = False,
) -> None:
    """The end of a run; *where* is the folder to look at."""
    if isinstance(listener, JsonLines):
        listener.on_summary(summary)
    elif not quiet:
        look = where or "the documents themselves; archive/ holds the pictures"
        stream = sys.stderr if is_stdout_taken else sys.stdout
        if stream.isatty():
            from archiver.report.terminal import print_summary

            print_summary(summary, look, stream)
        else:
            click.echo(f"{format_summary(summary)}\nlook at: {look}", err=is_stdout_taken)


def exit_code(summary: Summary, is_new_only: bool = False) -> int:
    """0: all had; 3: images lost, or documents that need a person.

    Args:
        is_new_only: losses of earlier runs do not count.
    """
    lost = summary.is_new_loss if is_new_only else bool(summary.lost)
    needs_a_person = any(summary.documents.get(outcome) for outcome in _NEEDS_A_PERSON)
    return 3 if lost or needs_a_person else 0
