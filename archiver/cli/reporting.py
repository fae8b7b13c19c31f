"""``--report``: the report of a run, also of one that failed or was stopped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from archiver.config import Config
from archiver.errors import ArchiverError
from archiver.listeners import Listener
from archiver.model import Summary


@contextmanager
def reporting(
    path: str, listener: Listener, command: str
) -> Iterator[tuple[Listener, Callable[[Summary], None]]]:
    """The listener for the run, and what is told its summary.

    The report is written at the end, whatever that is; of a run that failed it holds what was done.

    Args:
        path: of the report; "": there is none.
        command: ``archive`` or ``run``.

    Raises:
        UsageError: the name says no kind of report.
    """
    if not path:
        yield listener, lambda summary: None
        return
    from archiver.report.recorder import Recorder
    from archiver.report.run_report import check_report_name, write_report

    check_report_name(path)
    recorder = Recorder(listener, command)
    summaries: list[Summary] = []
    try:
        yield recorder, summaries.append
    except ArchiverError as error:
        write_report(recorder.report(None, "failed", str(error)), path)
        raise
    except Exception as error:
        write_report(recorder.report(None, "failed", type(error).__name__), path)
        raise
    except BaseException:  # a signal
        write_report(recorder.report(None, "stopped"), path)
        raise
    write_report(recorder.report(summaries[-1] if summaries else None), path)


def report_path(option: str | None, config: Config) -> str:
    """Where the report of a scheduled run goes: the option, else the setting, which counts from the
    configuration's folder; "": there is none."""
    if option is not None:
        return option
    return os.path.join(config.base, config.run.report) if config.run.report else ""
