"""What an archive holds, counted in one pass over the newest record of every URL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from archiver.model import Outcome

_HELD = frozenset({Outcome.STORED, Outcome.REUSED})


@dataclass(frozen=True, slots=True)
class Totals:
    """Of an archive.

    Attributes:
        held, lost: URLs whose picture is held, and those whose is not and should be.
        waiting: those of the lost that will be asked for again.
        bytes: of the held pictures; one that several URLs gave counts once.
    """

    held: int = 0
    lost: int = 0
    waiting: int = 0
    bytes: int = 0


class _Line(msgspec.Struct):
    outcome: str
    digest: str = ""
    size_bytes: int = 0
    not_before: str = ""


def count_totals(lines: Iterable[bytes]) -> Totals:
    """The totals of the journal lines of images; a third of the time that whole records take."""
    decoder = msgspec.json.Decoder(_Line)
    held = lost = waiting = total = 0
    seen: set[int] = set()  # of the first 64 bits: a million take 70 MB, digests three times that
    for line in map(decoder.decode, lines):
        if line.outcome in _HELD:
            held += 1
            key = hash(line.digest)
            if key not in seen:
                seen.add(key)
                total += line.size_bytes
        elif line.outcome != Outcome.SKIPPED:
            lost += 1
            waiting += bool(line.not_before) and not line.not_before.startswith("9999")
    return Totals(held, lost, waiting, total)
