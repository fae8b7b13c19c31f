"""A lock on an object store: held for a while, renewed while its holder lives, free when it died.

Each generation of the lock is an object made by conditional creation, so of many that try one wins.
The newest generation holds: renewing makes the next one, and so does taking over one that is too
old. Age is told by the server's clock alone. A holder that was not renewed in time stops by itself
before anybody else may begin; one that was asleep meanwhile finds a newer generation than its own.

Only conditional creation is needed, which more servers keep than conditional replacement.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread

import msgspec

from archiver.errors import LockHeldError, RunError
from archiver.storage.bucket import Bucket, ObjectFacts
from archiver.storage.probe import server_time

logger = logging.getLogger(__name__)

FOLDER = "lock"
_HEADERS = {"Content-Type": "application/json"}
_SLACK_S = 2.0  # servers tell whole seconds: one is lost at each end
_WAIT_S = 5.0  # between two looks at a lock that is held


class _Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a generation holds; `sign` is its maker's own."""

    holder: str = ""
    since: str = ""
    sign: str = ""
    is_free: bool = False


_FREE = _Note(is_free=True)


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest generation; 0: there never was one."""

    generation: int = 0
    facts: ObjectFacts | None = None
    note: _Note = _FREE


class Lease:
    """The lock below *bucket*'s URL, of a server that keeps conditional creation.

    Args:
        lease_s: seconds for which it is held without being renewed.
        holder: who holds it, for people.
    """

    def __init__(self, bucket: Bucket, lease_s: float, holder: str = "") -> None:
        self._bucket, self._lease_s = bucket, lease_s
        since = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        self._note = _Note(holder or describe_self(), since, os.urandom(8).hex())
        self._generation, self._until_s = 0, 0.0
        self._tried, self._tried_s = 0, 0.0
        self._is_lost = False
        self._released = Event()
        self._thread = Thread(target=self._keep, name="lease", daemon=True)

    def take(self, wait: bool = False) -> None:
        """Take the lock and renew it from now on.

        Args:
            wait: whether to wait until it is free.

        Raises:
            LockHeldError: somebody holds it.
            RunError: the server refuses or does not answer.
        """
        while True:
            try:
                self._try()
                break
            except LockHeldError:
                if not wait:
                    raise
                time.sleep(min(_WAIT_S, self._lease_s / 4))
        self._thread.start()

    def check(self) -> None:
        """Return while the lock is ours.

        Raises:
            RunError: it is not, or may not be any more.
        """
        if self._is_lost or _now_s() >= self._until_s:
            raise RunError(
                f"{self._bucket.url}/{FOLDER}: could not be renewed in time; another run may work "
                "on this archive now, so this one ends"
            )

    def release(self) -> None:
        """Let it go; once more does nothing."""
        if self._released.is_set():
            return
        self._released.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._is_lost or _now_s() >= self._until_s:
            return
        free = msgspec.structs.replace(self._note, is_free=True)
        try:
            # Where a renewal worked whose answer was lost, that generation is ours already.
            if not self._advance(free) and self._advance(self._note):
                self._advance(free)
        except RunError as error:  # it is free by itself before long
            logger.warning("not released url=%s reason=%s", self._bucket.url, error)

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _try(self) -> None:
        newest = self._find_newest()
        if newest.facts is not None and not newest.note.is_free:
            age_s = (server_time(self._bucket).modified - newest.facts.modified).total_seconds()
            if age_s < self._lease_s + _SLACK_S:
                raise LockHeldError(self._describe(newest.note, age_s))
        self._generation = newest.generation
        if not self._advance(self._note):
            raise LockHeldError(self._describe(self._find_newest().note, 0.0))
        self._is_lost = False

    def _advance(self, note: _Note) -> bool:
        """Make the next generation; whether that worked and it is the newest."""
        mine = self._generation + 1
        if self._tried != mine:  # an answer that was lost: the server counts from the first try
            self._tried, self._tried_s = mine, _now_s()
        data = msgspec.json.encode(note)
        if not self._bucket.create(_path(mine), data, _HEADERS) and not self._is_mine(mine, data):
            return False
        generations = self._generations()
        if generations[-1] != mine:  # older ones had been removed: we were asleep
            self._bucket.delete([_path(mine)])
            return False
        self._generation, self._until_s = mine, self._tried_s + self._lease_s
        self._bucket.delete([_path(old) for old in generations if old < mine])
        return True

    def _is_mine(self, generation: int, data: bytes) -> bool:
        """Whether a try that seemed to fail had worked."""
        try:
            return self._bucket.get(_path(generation)).data == data
        except FileNotFoundError:
            return False

    def _keep(self) -> None:
        """Renew until released or lost."""
        pause_s = self._lease_s / 3
        while not self._released.wait(pause_s):
            try:
                if not self._advance(self._note):
                    self._is_lost = True
                    logger.error("lost the lock url=%s/%s", self._bucket.url, FOLDER)
                    return
            except RunError as error:
                logger.warning("not renewed url=%s reason=%s", self._bucket.url, error)

    def _generations(self) -> list[int]:
        found = self._bucket.list(FOLDER)
        return sorted(
            int(name) for name in (f.path.rpartition("/")[2] for f in found) if name.isdigit()
        )

    def _find_newest(self) -> _Newest:
        while generations := self._generations():
            try:
                found = self._bucket.get(_path(generations[-1]))
            except FileNotFoundError:
                continue  # a newer one is there by now
            return _Newest(
                generations[-1], found.facts, msgspec.json.decode(found.data, type=_Note)
            )
        return _Newest()

    def _describe(self, note: _Note, age_s: float) -> str:
        return (
            f"{self._bucket.url}/{FOLDER}: {note.holder}, since {note.since}, "
            f"renewed {age_s:.0f} s ago; free {self._lease_s:.0f} s after that if it died"
        )


def describe_self() -> str:
    """This process, for whoever finds its lock."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def _path(generation: int) -> str:
    return f"{FOLDER}/{generation:010d}"


def _now_s() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)
