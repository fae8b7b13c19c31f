"""Which pictures look alike: the same bytes, or difference hashes a few bits apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from archiver.model import ImageRecord

MOST_BITS = (
    5  # of 64; a re-encoded or smaller copy changes up to three, another picture some thirty
)
_FEWEST_SET = 4  # bits; a hash with fewer set, or unset, is of one colour or of one gradient
_BANDS = (11, 11, 11, 11, 10, 10)  # bits; one more band than bits may differ, so that one is equal
_RATIO = 1.1  # between the shapes of two pictures that are still the same one

Look = tuple[int, float]  # difference hash, and width over height


def group_alike(records: Sequence[ImageRecord]) -> list[list[int]]:
    """Groups of two and more alike, as places of *records*; sorted, and each place in one group.

    A picture is in a group when it is alike with any other of it.
    """
    looks = {place: _look(record) for place, record in enumerate(records) if record.digest}
    groups = _Groups(len(records))
    for same in (_by_digest(records), _by_look(looks)):
        for places in same.values():
            for place in places[1:]:
                groups.join(places[0], place)
    firsts = {look: places[0] for look, places in _by_look(looks).items()}
    for one, other in near_looks(list(firsts)):
        groups.join(firsts[one], firsts[other])
    return groups.of_many()


def near_looks(looks: Sequence[Look]) -> Iterator[tuple[Look, Look]]:
    """The pairs of *looks*, all different, that are alike.

    Two hashes that differ in at most five of 64 bits are equal in one of six bands, so only those
    of one bucket are compared.
    """
    shift = 0
    for width in _BANDS:
        buckets: dict[int, list[Look]] = defaultdict(list)
        for look in looks:
            bucket = buckets[look[0] >> shift & ((1 << width) - 1)]
            for other in bucket:
                if (look[0] ^ other[0]).bit_count() <= MOST_BITS and _is_shaped_alike(look, other):
                    yield other, look
            bucket.append(look)
        shift += width


def _is_shaped_alike(one: Look, other: Look) -> bool:
    return one[1] <= other[1] * _RATIO and other[1] <= one[1] * _RATIO


def _look(record: ImageRecord) -> Look | None:
    """None where nothing can be told: not decoded, or next to no detail."""
    if not (record.difference_hash and record.height_px):
        return None
    bits = int(record.difference_hash, 16)
    if not _FEWEST_SET <= bits.bit_count() <= 64 - _FEWEST_SET:
        return None
    return bits, record.width_px / record.height_px


def _by_digest(records: Sequence[ImageRecord]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        if record.digest:
            found[record.digest].append(place)
    return found


def _by_look(looks: Mapping[int, Look | None]) -> Mapping[Look, list[int]]:
    found: dict[Look, list[int]] = defaultdict(list)
    for place, look in looks.items():
        if look is not None:
            found[look].append(place)
    return found


class _Groups:
    """Disjoint sets of places."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self._find(one), self._find(other)))
        self._parents[second] = first

    def of_many(self) -> list[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for place in range(len(self._parents)):
            found[self._find(place)].append(place)
        return [places for places in found.values() if len(places) > 1]

    def _find(self, place: int) -> int:
        while self._parents[place] != place:
            self._parents[place] = self._parents[self._parents[place]]
            place = self._parents[place]
        return place
