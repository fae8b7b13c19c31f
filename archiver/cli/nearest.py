"""Which archive a command is about, where it is not told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from archiver.config import Config
from archiver.pipeline.places import Places, local_state


def places_of(output: str | None, config: Config) -> Places:
    """The archive in *output*; without it that of the configuration, else the one in archived/."""
    return Places.of(
        output or nearest_base((), config), config.archive, config.state, config.objects
    )


def nearest_base(folders: Iterable[Path], config: Config) -> str:
    """The first of *folders* that holds an archive; the configuration's base where none does, or
    archived/ in it where only that holds one."""
    base = Path(config.base)
    places = (*folders, base, base / "archived")
    state = local_state(config.state)
    held = (place for place in places if (place / state / "journal").is_dir())
    return str(next(held, base))
