"""config.toml, the environment and options → one frozen `Config` of each part's settings.

Options override the environment (``ARCHIVER_SECTION__KEY``), that overrides the file, that the
defaults. msgspec does the conversion: it is strict, small to import, and knows constraints.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from archiver.cdn.settings import PlanningSettings
from archiver.fetch.settings import FetchSettings
from archiver.files.space import Reserve
from archiver.formats import ReadingSettings
from archiver.given import find_file, read_environment, read_file
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.keys import PARTS, flatten, list_keys
from archiver.pipeline.acceptance import AcceptanceSettings
from archiver.pipeline.document_limits import DocumentLimits
from archiver.pipeline.dynamic import SkipSettings
from archiver.pipeline.page_settings import PageSettings
from archiver.pipeline.places import Places, check_places
from archiver.pipeline.ray_settings import RaySettings
from archiver.pipeline.run_settings import RunSettings
from archiver.rewrite.links import RewriteSettings
from archiver.settings import convert, field_types, unknown_key
from archiver.sources.entry import Place, SourceEntry, WebUrl
from archiver.storage.settings import ObjectSettings
from archiver.tables import check_names, read_rules, read_sources


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting.

    Attributes:
        base: the folder that relative paths count from.
        base_url: the address documents were taken from; named on the command line only.
    """

    base: str = "."
    archive: Place = "archive"
    state: Place = ".archiver"
    base_url: str = ""
    engine: Literal["local", "ray"] = "local"
    sources: tuple[SourceEntry, ...] = ()
    thumbnails: tuple[ThumbnailSettings, ...] = (ThumbnailSettings(),)
    planning: PlanningSettings = field(default_factory=PlanningSettings)
    acceptance: AcceptanceSettings = field(default_factory=AcceptanceSettings)
    reading: ReadingSettings = field(default_factory=ReadingSettings)
    rewrite: RewriteSettings = field(default_factory=RewriteSettings)
    skip: SkipSettings = field(default_factory=SkipSettings)
    network: FetchSettings = field(default_factory=FetchSettings)
    imaging: ImagingSettings = field(default_factory=ImagingSettings)
    pages: PageSettings = field(default_factory=PageSettings)
    document: DocumentLimits = field(default_factory=DocumentLimits)
    reserve: Reserve = field(default_factory=Reserve)
    run: RunSettings = field(default_factory=RunSettings)
    objects: ObjectSettings = field(default_factory=ObjectSettings)
    ray: RaySettings = field(default_factory=RaySettings)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Config:
        """The configuration of a file.

        Raises:
            ConfigError: an unknown key, or a value that is not accepted.
        """
        return load_config(os.fspath(path))

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], base: str = ".") -> Config:
        """The configuration of a table of the file's form; relative paths count from *base*."""
        return _build(dict(flatten(table, KEYS)), base)

    def places(self, base: str | None = None) -> Places:
        """Where the archive and its state lie below *base*; None: below the configuration's."""
        return Places.of(
            self.base if base is None else base, self.archive, self.state, self.objects
        )

    def of_profile(self, profile: int) -> Config:
        """This one for 0, and for n that of the n-th source."""
        return self.of_source(profile - 1) if profile else self

    def of_source(self, number: int) -> Config:
        """The configuration for the documents of a source, counted from 0.

        Raises:
            ConfigError: a value of the source is not accepted.
        """
        config = self
        for key, value in self.sources[number].different.items():
            where = f"sources[{number}].{key}"
            if key == "base_url":
                config = replace(config, base_url=convert(value, WebUrl, where))
                continue
            part, name = KEYS[key]
            settings = getattr(config, part)
            changed = convert(value, field_types(PARTS[part])[name], where)
            config = replace(config, **{part: replace(settings, **{name: changed})})
        return _complete(config) if config is not self else self


KEYS: Mapping[str, tuple[str, str]] = dict(list_keys(Config))
"""Dotted key of the file → (part, "" for `Config` itself; field)."""


def load_config(path: str | None = None, overrides: Mapping[str, Any] | None = None) -> Config:
    """The configuration of *path*, or of the first of `given.FILE_NAMES` here, or the defaults.

    Args:
        overrides: dotted key → value, from options.

    Raises:
        UsageError: the file cannot be read, or is no TOML.
        ConfigError: an unknown key, or a value that is not accepted.
    """
    file = Path(path) if path else find_file()
    values = dict(flatten(read_file(file), KEYS)) if file else {}
    values |= dict(read_environment(os.environ, KEYS))
    return _build(values | dict(overrides or {}), str(file.parent) if file else ".")


def _build(values: Mapping[str, Any], base: str) -> Config:
    found: dict[str, dict[str, Any]] = {part: {} for part in ("", *PARTS)}
    for key, value in values.items():
        if key not in KEYS:
            raise unknown_key(key, KEYS)
        part, name = KEYS[key]
        if part == "planning" and name != "quality":
            continue
        if key == "sources":
            found[part][name] = read_sources(value, KEYS)
            continue
        kind = field_types(PARTS.get(part, Config))[name]
        found[part][name] = convert(value, kind, key)
    found["planning"] |= read_rules(values)
    parts = {part: cls(**found[part]) for part, cls in PARTS.items()}
    imaging = replace(parts["imaging"], max_size_bytes=parts["network"].max_bytes)
    config = _complete(Config(base=base, **found[""], **parts | {"imaging": imaging}))
    check_names(config.thumbnails)
    for number in range(len(config.sources)):
        config.of_source(number)  # so that a mistake shows now
    return config


def _complete(config: Config) -> Config:
    """*config* with what follows from its keys."""
    check_places(config.archive, config.state, config.rewrite.link_prefix)
    is_wanted = config.rewrite.responsive or config.rewrite.link_to_full
    return replace(config, reading=replace(config.reading, smaller_copies=is_wanted))
