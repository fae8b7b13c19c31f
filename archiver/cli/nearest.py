"""Which archive a command is about, where it is not told."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from archiver.config import Config
from archiver.errors import UsageError
from archiver.pipeline.places import Places, local_state
from archiver.storage.addresses import is_object_url


def places_of(output: str | None, config: Config) -> Places:
    """The archive in *output*; without it that of the configuration, else the one in archived/."""
    return config.places(output or nearest_base((), config))


def nearest_base(folders: Iterable[Path], config: Config) -> str:
    """The first of *folders* that holds an archive; the configuration's base where none does, or
    archived/ in it where only that holds one."""
    base = Path(config.base)
    places = (*folders, base, base / "archived")
    state = local_state(config.state)
    held = (place for place in places if (place / state / "journal").is_dir())
    return str(next(held, base))


def by_archive(paths: Iterable[str], config: Config) -> dict[Places, list[bytes]]:
    """The archive that holds the record of each path; of none: that of the configuration."""
    found: dict[Places, list[bytes]] = {}
    state = local_state(config.state)
    for path in paths:
        if is_object_url(path):
            places = config.places()
            found.setdefault(places, []).append(os.fsencode(path))
            continue
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
        target = absolute(path)
        base = next(
            (f for f in (target, *target.parents) if (f / state / "journal").is_dir()),
            Path(config.base),
        )
        places = config.places(str(base))
        found.setdefault(places, []).append(bytes(target))
    return found or {config.places(): []}


def absolute(path: str) -> Path:
    """Absolute, links in its folders resolved; the name of a document may itself be a link."""
    if os.path.isdir(path) and not os.path.islink(path):
        return Path(path).resolve()
    return Path(path).parent.resolve() / Path(path).name
