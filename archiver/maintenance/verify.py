"""Whether the archive is what the journal says; and, asked to, make it so again.

Damaged bytes are never deleted: they go to ``quarantine/``. What was missing or damaged comes back
from the trash, or is fetched again as a run would; thumbnails are made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.maintenance.broken_links import DocumentNote, check_documents
from archiver.maintenance.damage import Damage, check_files, expect_files
from archiver.maintenance.mending import mend
from archiver.maintenance.opening import open_archive
from archiver.maintenance.verified import LastVerify, write_last_verify
from archiver.pipeline.places import Places
from archiver.pipeline.records import now_text


@dataclass(frozen=True, slots=True)
class Wish:
    """What to look at.

    Attributes:
        is_reading: the bytes of files too.
        has_documents: documents too.
        is_repairing: mend what is found.
    """

    is_reading: bool = False
    has_documents: bool = False
    is_repairing: bool = False


@dataclass(frozen=True, slots=True)
class VerifySummary:
    """What was found.

    Attributes:
        files: looked at.
        found: what is or was wrong.
        left: of that, what still is.
        notes: of documents.
    """

    files: int
    found: tuple[Damage, ...]
    left: tuple[Damage, ...]
    notes: tuple[DocumentNote, ...] = ()

    @property
    def mended(self) -> int:
        """How much of what was found is right now; mending may bring other things to light."""
        wrong = {(damage.path, damage.document) for damage in self.left}
        return sum((damage.path, damage.document) not in wrong for damage in self.found)


def verify(
    places: Places,
    config: Config,
    wish: Wish,
    *,
    is_waiting: bool = False,
    on_damage: Callable[[Damage], None] = lambda damage: None,
) -> VerifySummary:
    """Look at the archive.

    Args:
        on_damage: told of each damage as it is found.

    Raises:
        LockHeldError: another run works on the same archive.
        RunError: the disk is full or fails.
    """
    with open_archive(places, is_waiting=is_waiting) as catalog:
        count, found, notes = _look(places, catalog, config, wish)
        for damage in found:
            on_damage(damage)
        left = found
        if found and wish.is_repairing:
            mend(found, places, catalog, config)
            _, left, notes = _look(places, catalog, config, wish)
        summary = VerifySummary(count, tuple(found), tuple(left), tuple(notes))
        last = LastVerify(now_text(), wish.is_reading, wish.has_documents, count, len(summary.left))
        write_last_verify(last, places)
    return summary


def _look(
    places: Places, catalog: Catalog, config: Config, wish: Wish
) -> tuple[int, Sequence[Damage], Sequence[DocumentNote]]:
    """How many files were looked at, what is wrong with them, and what is to be said."""
    expected = expect_files(catalog.holdings.held())
    found = list(check_files(expected, places, wish.is_reading))
    every: list[Damage | DocumentNote] = [*found]
    if wish.has_documents:
        every += check_documents(places, catalog, config)
    return (
        len(expected),
        [one for one in every if isinstance(one, Damage)],
        [one for one in every if isinstance(one, DocumentNote)],
    )
