"""What a run may spend; at its end the run stops as a signal would stop it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from archiver.model import ImageRecord, Outcome
from archiver.pipeline.run_settings import RunSettings
from archiver.settings import read_duration_s


class Budget:
    """Counts what a run spends, from now on.

    Attributes:
        spent: what was used up, with its key (``6h (run.budget_time)``); "": nothing.
    """

    def __init__(self, settings: RunSettings) -> None:
        self._settings = settings
        self._ends_s = time.monotonic() + read_duration_s(settings.budget_time)
        self._images = self._bytes = 0
        self._is_spent = asyncio.Event()
        self.spent = ""

    def add_image(self, record: ImageRecord) -> None:
        """Count a picture that was asked for."""
        self._images += record.outcome is not Outcome.SKIPPED
        self._bytes += record.size_bytes if record.outcome is Outcome.STORED else 0
        if self._images >= self._settings.budget_images:
            self._end(f"{self._settings.budget_images:,} images (run.budget_images)")
        elif self._bytes >= self._settings.budget_bytes:
            self._end(f"{self._settings.budget_bytes:,} bytes (run.budget_bytes)")

    async def cover(self, work: Coroutine[Any, Any, None]) -> None:
        """Do *work* until its end or ours; what is under way then is let go."""
        task = asyncio.ensure_future(work)
        both = (task, asyncio.ensure_future(self._wait()))
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                await task
        finally:
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(self._ends_s - time.monotonic(), 0)):
                await self._is_spent.wait()
            return
        self._end(f"{self._settings.budget_time} (run.budget_time)")

    def _end(self, spent: str) -> None:
        self.spent = self.spent or spent
        self._is_spent.set()
