"""SIGTERM does what SIGINT does: it cancels the run, which closes what it has open."""

from __future__ import annotations

import signal

_came: list[int] = []


def stop_cleanly() -> None:
    """Let SIGTERM stop the program as SIGINT does."""

    def stop(number: int, _: object) -> None:
        _came.append(number)
        signal.raise_signal(signal.SIGINT)  # asyncio and click know what to do with that one

    signal.signal(signal.SIGTERM, stop)


def stop_code() -> int:
    """The exit code of a program that a signal stopped: 143 or 130."""
    return 128 + (_came[0] if _came else signal.SIGINT)
