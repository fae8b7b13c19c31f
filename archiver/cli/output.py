"""Where a run's facts go: JSON lines or a summary on stdout, progress and logs on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import click

from archiver.cli.log import is_json_wanted, set_up_logging
from archiver.cli.options import Telling
from archiver.cli.tell import tell, tell_lines
from archiver.listeners import Listener, Silent
from archiver.model import DocumentOutcome, Summary
from archiver.report.json_lines import JsonLines
from archiver.report.summary import format_summary

_NEEDS_A_PERSON = (DocumentOutcome.CONFLICT, DocumentOutcome.UNREADABLE)


class Told:
    """A run as it is told.

    Attributes:
        listener: is told of each image and document.
        summary: of the run; whoever runs it sets it.
    """

    def __init__(self, shown: Listener, is_quiet: bool, is_stdout_taken: bool) -> None:
        self.listener, self.summary = shown, Summary()
        self._shown, self._is_quiet, self._is_stdout_taken = shown, is_quiet, is_stdout_taken

    def show(self, where: str | None, is_quiet: bool | None = None) -> None:
        """The end of the run, once progress is off the screen.

        Args:
            where: the folder to look at.
            is_quiet: whether to say nothing; None: as the options say.
        """
        if isinstance(self._shown, JsonLines):
            self._shown.on_summary(self.summary)
        elif not (self._is_quiet if is_quiet is None else is_quiet):
            look = where or "the documents themselves; archive/ holds the pictures"
            _print_summary(self.summary, look, self._is_stdout_taken)


@contextmanager
def told_run(
    telling: Telling, report: str | None, command: str, *, is_stdout_taken: bool = False
) -> Iterator[Told]:
    """Whom a run tells of itself, and where its summary goes.

    Args:
        report: the file to write a report to, also of a run that fails; None: there is none.
        command: ``archive`` or ``run``.
        is_stdout_taken: whether the document itself goes there, and all else to stderr.

    Raises:
        UsageError: the name says no kind of report.
    """
    with _listening(telling, is_stdout_taken) as shown:
        told = Told(shown, telling.quiet, is_stdout_taken)
        if report is None:
            yield told
            return
        from archiver.cli.reporting import reporting

        with reporting(report, told, command):
            yield told


@contextmanager
def _listening(telling: Telling, is_stdout_taken: bool) -> Iterator[Listener]:
    """A progress bar only where someone looks at a terminal."""
    set_up_logging(telling.verbose, telling.quiet)
    if telling.as_json:
        yield JsonLines(partial(click.echo, err=is_stdout_taken))
    elif telling.quiet or telling.verbose or is_json_wanted() or not sys.stderr.isatty():
        yield Silent()
    else:
        from archiver.report.progress import Progress

        with Progress() as progress:
            yield progress


def _print_summary(summary: Summary, look: str, is_stdout_taken: bool) -> None:
    stream = sys.stderr if is_stdout_taken else sys.stdout
    if stream.isatty():
        from archiver.report.terminal import print_summary

        print_summary(summary, look, stream)
    else:
        tell_lines(format_summary(summary), err=is_stdout_taken)
        tell(f"look at: {look}", err=is_stdout_taken)


def exit_code(summary: Summary, is_new_only: bool = False) -> int:
    """0: all had; 3: images lost, or documents that need a person.

    Args:
        is_new_only: losses of earlier runs do not count.
    """
    lost = summary.is_new_loss if is_new_only else bool(summary.lost)
    needs_a_person = any(summary.documents.get(outcome) for outcome in _NEEDS_A_PERSON)
    return 3 if lost or needs_a_person else 0
