"""The problems of one document, and those of them that a change adds."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import Path

from archiver.checking.rules import Rules
from archiver.formats import ReadingSettings, read_document, tell_format
from archiver.model import Reference
from archiver.pipeline.document import document_url
from archiver.syntax.lines import Lines

Key = tuple[str, str | bytes]

_MOST_COMPARED = 1_000_000  # pairs of two versions; a tenth of a second


class ProblemKind(StrEnum):
    """What is wrong with a reference."""

    REMOTE = "remote"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Problem:
    """A reference that needs a person, or the archiver.

    Attributes:
        document: absolute path.
        line, column: of the URL, from 1; columns count bytes.
    """

    document: bytes
    reference: Reference
    kind: ProblemKind
    line: int
    column: int

    @property
    def key(self) -> Key:
        """What makes it the same problem in another version of the document."""
        if self.kind is ProblemKind.REMOTE:
            return self.kind, self.reference.url
        return self.kind, self.reference.raw


def find_problems(
    data: bytes,
    document: bytes,
    rules: Rules,
    settings: ReadingSettings,
    is_file: Callable[[bytes], bool],
) -> list[Problem]:
    """The problems of *document* with the bytes *data*, in file order.

    Args:
        is_file: whether a path, absolute, is a file.
    """
    format = tell_format(data, Path(os.fsdecode(document)).suffix)
    if format is None:
        return []
    reading = read_document(data, format=format, base_url=document_url(document), settings=settings)
    found, lines = [], Lines(data)
    for reference in reading.references:
        kind = _judge(reference, format, document, rules, is_file)
        if kind is not None:
            line, column = lines.find(reference.span.start)
            found.append(Problem(document, reference, kind, line, column))
    return found


def _judge(
    reference: Reference,
    format: str,
    document: bytes,
    rules: Rules,
    is_file: Callable[[bytes], bool],
) -> ProblemKind | None:
    if rules.is_remote(reference, format):
        return ProblemKind.REMOTE
    targets = rules.find_targets(reference, document)
    if targets and not any(map(is_file, targets)):
        return ProblemKind.BROKEN
    return None


def added_problems(before: Sequence[Problem], after: Sequence[Problem]) -> Iterator[Problem]:
    """Those of *after* that *before* lacks; one that was there and moved is not new."""
    places = added_places([one.key for one in before], [one.key for one in after])
    yield from (after[place] for place in places)


def added_places(old: Sequence[Key], new: Sequence[Key]) -> list[int]:
    """The places of *new* that *old* lacks, sorted.

    Of several alike as many are new as there are more of them; first those that stand where nothing
    like them stood.

    >>> added_places([("remote", "a")], [("remote", "b"), ("remote", "a")])
    [0]
    """
    counts = Counter(new)
    more = counts - Counter(old)
    is_doubtful = any(count < counts[key] for key, count in more.items())
    chosen: list[int] = []
    for place in _unmatched_first(old, new) if is_doubtful else range(len(new)):
        if more[new[place]] > 0:
            more[new[place]] -= 1
            chosen.append(place)
    return sorted(chosen)


def _unmatched_first(old: Sequence[Key], new: Sequence[Key]) -> Sequence[int]:
    """The places of *new*, those without a counterpart in *old* first."""
    if len(old) * len(new) > _MOST_COMPARED:
        return range(len(new))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    kept = {b + n for _, b, size in matcher.get_matching_blocks() for n in range(size)}
    return sorted(range(len(new)), key=lambda place: (place in kept, place))
