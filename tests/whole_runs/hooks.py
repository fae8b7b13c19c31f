"""Hooks for `archiver.files.calls`: they end the process at a call, or let it fail.

A run has several threads, so that the call of one number is not always the same one; each number
up to the last is tried, and each is counted.
"""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable
from typing import Any

STOPPED = 9

Action = Callable[..., Any]
Arguments = tuple[Any, ...]

# What a full or failing disk may refuse; a call of another name says nothing of it.
CHANGING = frozenset(
    {"write", "fsync", "fdatasync", "rename", "rename_new", "exchange", "mkdir", "unlink", "link",
     "chmod", "chown", "utime", "setxattr"}
)  # fmt: skip


def is_changing(name: str, arguments: Arguments) -> bool:
    """Whether the call changes something: all but reads, closes and opens of what is there."""
    return name in CHANGING or (name == "open" and bool(arguments[1] & os.O_CREAT))


class Stop:
    """Ends the process ``before`` or ``after`` changing call number *at* (from 1); ``torn``: in
    the middle of write number *at*."""

    def __init__(self, how: str, at: int) -> None:
        self._how, self._at, self._numbers = how, at, itertools.count(1)

    def __call__(self, name: str, call: Action, arguments: Arguments) -> Any:
        is_counted = name == "write" if self._how == "torn" else is_changing(name, arguments)
        if not is_counted or next(self._numbers) != self._at:
            return call(*arguments)
        try:
            if self._how == "torn":
                call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            elif self._how == "after":
                call(*arguments)
        finally:
            os._exit(STOPPED)


class Fail:
    """Lets changing call number *at*, or each from there on, fail with error *number*.

    A disk that is full stays full, one that was mounted anew read-only too; a bad sector is one.
    """

    def __init__(self, number: int, at: int, for_good: bool, log: str) -> None:
        self._number, self._at, self._for_good = number, at, for_good
        self._numbers, self._log = itertools.count(1), log

    def __call__(self, name: str, call: Action, arguments: Arguments) -> Any:
        if not is_changing(name, arguments):
            return call(*arguments)
        now = next(self._numbers)
        if now == self._at:
            with open(self._log, "w", encoding="utf-8", errors="replace") as file:
                file.write(f"{name} {arguments!r}")
        if now == self._at or (self._for_good and now > self._at and self._is_refused(name)):
            raise OSError(self._number, os.strerror(self._number))
        return call(*arguments)

    def _is_refused(self, name: str) -> bool:
        """A full disk still lets files be removed."""
        return name != "unlink" or self._number not in (errno.ENOSPC, errno.EDQUOT)
