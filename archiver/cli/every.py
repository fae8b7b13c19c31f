"""``run --every``: one run after the other, for those without a scheduler."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import NoReturn

from archiver.config import Config
from archiver.errors import ArchiverError

logger = logging.getLogger(__name__)


def repeat(
    config: Config,
    load: Callable[[], Config],
    run: Callable[[Config], object],
    interval_s: Callable[[Config], float],
) -> NoReturn:
    """Run for ever; SIGINT and SIGTERM end it, asleep or at work.

    A run that fails is logged, and the next one goes on. Starts don't drift: they are whole
    intervals apart, and one that came while a run was at work is left out.

    Args:
        config: for the first run.
        load: reads it again for each further one; where that fails, the last one stays.
    """
    start_s = time.monotonic()
    while True:
        try:
            run(config)
        except Exception as error:
            is_bug = not isinstance(error, ArchiverError)
            logger.error("run failed, the next one goes on: %s", error, exc_info=is_bug)
        start_s = next_start_s(start_s, interval_s(config), time.monotonic())
        time.sleep(max(start_s - time.monotonic(), 0))
        try:
            config = load()
        except ArchiverError as error:
            logger.error("configuration not read again, the last one stays: %s", error)


def next_start_s(last_s: float, interval_s: float, now_s: float) -> float:
    """The first start after *now_s* that is a whole number of intervals behind *last_s*.

    >>> next_start_s(100, 60, 130), next_start_s(100, 60, 230), next_start_s(100, 60, 160)
    (160, 280, 220)
    """
    return last_s + interval_s * max(math.floor((now_s - last_s) / interval_s) + 1, 1)
