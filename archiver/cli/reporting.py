"""``--report``: the report of a run, also of one that failed or was stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from archiver.cli.output import Told
from archiver.errors import ArchiverError
from archiver.report.recorder import Recorder
from archiver.report.run_report import check_report_name, write_report


@contextmanager
def reporting(path: str, told: Told, command: str) -> Iterator[None]:
    """Record what *told* is told; the report is written at the end, whatever that is.

    Of a run that failed it holds what was done.

    Raises:
        UsageError: the name says no kind of report.
    """
    check_report_name(path)
    told.listener = recorder = Recorder(told.listener, command)
    try:
        yield
    except ArchiverError as error:
        write_report(recorder.report(None, "failed", str(error)), path)
        raise
    except Exception as error:
        write_report(recorder.report(None, "failed", type(error).__name__), path)
        raise
    except BaseException:  # a signal
        write_report(recorder.report(None, "stopped"), path)
        raise
    write_report(recorder.report(told.summary), path)
