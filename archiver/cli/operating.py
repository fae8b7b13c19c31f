"""What `run` tells the operator's monitors: metrics in a file, pings. Neither fails the run."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from archiver import files
from archiver.catalog import Totals
from archiver.cli.main import exit_code_of
from archiver.cli.signals import stop_code
from archiver.config import Config
from archiver.errors import ArchiverError, LockHeldError
from archiver.listeners import Watcher
from archiver.model import Summary

logger = logging.getLogger(__name__)


@contextmanager
def operating(config: Config, code_of: Callable[[Summary], int]) -> Iterator[Watcher]:
    """Who is to watch the run; its end is told when the block is left.

    Nothing is told of a run that found another one at work, which tells it itself, and no ping goes
    out for one that a signal stopped: nothing is wrong, and the machine may be going down.

    Args:
        code_of: the exit code of a run with this summary.
    """
    monitor = _Monitor(config)
    try:
        yield monitor
    except LockHeldError:
        raise
    except ArchiverError as error:
        monitor.tell(exit_code_of(error))
        raise
    except Exception:
        monitor.tell(1)
        raise
    except BaseException:
        monitor.tell(stop_code(), may_ping=False)
        raise
    monitor.tell(code_of(monitor.summary))


class _Monitor:
    """Watches a run for the settings' monitors."""

    def __init__(self, config: Config) -> None:
        self._config, self._settings = config, config.run
        self._began_s = time.monotonic()
        path = self._settings.metrics_file
        self._metrics_file = os.path.join(config.base, path) if path else ""
        self._totals: Totals | None = None
        self.summary = Summary()

    def began(self) -> None:
        self._ping("/start", tries=1)  # who waits for a monitor that is down would wait here

    def ended(self, summary: Summary, count_totals: Callable[[], Totals], has_work: bool) -> None:
        self.summary = summary
        if not self._metrics_file:
            return
        from archiver.report.metrics import knows_totals

        if has_work or not knows_totals(self._metrics_file):
            self._totals = count_totals()

    def tell(self, exit_code: int, may_ping: bool = True) -> None:
        """Tell how it ended."""
        if self._metrics_file:
            try:
                self._write_metrics(exit_code)
            except (ArchiverError, OSError) as error:
                logger.error("metrics not written: %s", error)
        if may_ping:
            self._ping("" if exit_code in (0, 3) else f"/{exit_code}", tries=3)

    def _write_metrics(self, exit_code: int) -> None:
        from archiver.report.metrics import RunFacts, write_metrics

        config = self._config
        archive = config.places().archive_folder
        seconds = time.monotonic() - self._began_s
        facts = RunFacts(
            exit_code, time.time(), seconds, files.free_bytes(archive), self.summary, self._totals
        )
        write_metrics(facts, self._metrics_file)

    def _ping(self, end: str, tries: int) -> None:
        if not self._settings.ping_url:
            return
        import asyncio

        from archiver.fetch.ping import ping

        url = self._settings.ping_url.rstrip("/") + end
        asyncio.run(ping(url, self._config.network, tries))
