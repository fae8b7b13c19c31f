"""config.toml, the environment and options → one frozen `Config` of each part's settings.

Options override the environment (``ARCHIVER_SECTION__KEY``), that overrides the file, that the
defaults. msgspec does the conversion: it is strict, small to import, and knows constraints.
"""

from __future__ import annotations

import logging
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from archiver.cdn.settings import PlanningSettings
from archiver.errors import ConfigError, UsageError
from archiver.fetch.settings import FetchSettings
from archiver.files.space import Reserve
from archiver.formats import ReadingSettings
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.keys import PARTS, flatten, list_keys, split_source
from archiver.pipeline.acceptance import AcceptanceSettings
from archiver.pipeline.document_limits import DocumentLimits
from archiver.pipeline.dynamic import SkipSettings
from archiver.pipeline.page_settings import PageSettings
from archiver.pipeline.places import Places
from archiver.pipeline.ray_settings import RaySettings
from archiver.pipeline.run_settings import RunSettings
from archiver.redact import redact
from archiver.rewrite.links import RewriteSettings
from archiver.settings import convert, field_types, unknown_key
from archiver.sources.entry import Place, SourceEntry, WebUrl
from archiver.storage.addresses import clean_object_url, is_object_url
from archiver.storage.settings import ObjectSettings

logger = logging.getLogger(__name__)

FILE_NAMES = ("archiver.toml", "config.toml")
_OF_A_SITE = frozenset({"baseURL", "baseurl", "base_url", "theme"})  # Hugo's and Zola's own file
_ENVIRONMENT = "ARCHIVER_"


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
    """The configuration of *path*, or of the first of `FILE_NAMES` here, or the defaults.

    Args:
        overrides: dotted key → value, from options.

    Raises:
        UsageError: the file cannot be read, or is no TOML.
        ConfigError: an unknown key, or a value that is not accepted.
    """
    file = Path(path) if path else _find_file()
    values = dict(flatten(_read(file), KEYS)) if file else {}
    values |= dict(_from_environment(os.environ))
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
            found[part][name] = _read_sources(value)
            continue
        kind = field_types(PARTS.get(part, Config))[name]
        found[part][name] = convert(value, kind, key)
    found["planning"] |= _read_rules(values)
    parts = {part: cls(**found[part]) for part, cls in PARTS.items()}
    imaging = replace(parts["imaging"], max_size_bytes=parts["network"].max_bytes)
    config = _complete(Config(base=base, **found[""], **parts | {"imaging": imaging}))
    _check_names(config)
    for number in range(len(config.sources)):
        config.of_source(number)  # so that a mistake shows now
    return config


def _complete(config: Config) -> Config:
    """*config* with what follows from its keys."""
    _check_places(config)
    is_wanted = config.rewrite.responsive or config.rewrite.link_to_full
    return replace(config, reading=replace(config.reading, smaller_copies=is_wanted))


def _read_sources(value: Any) -> tuple[SourceEntry, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(v, Mapping) for v in value):
        raise ConfigError(f"sources = {value!r}", "expected a list of tables, [[sources]]")
    split = [split_source(table, number, KEYS) for number, table in enumerate(value)]
    entries = convert([own for own, _ in split], field_types(Config)["sources"], "sources")
    return tuple(
        replace(entry, _different=others) for entry, (_, others) in zip(entries, split, strict=True)
    )


def _read_rules(values: Mapping[str, Any]) -> dict[str, Any]:
    """The CDN rules that the user adds and those that are switched off."""
    if not values.keys() & {"rules", "disable_rules"}:
        return {}
    from archiver.cdn.user import read_disabled, read_user_rules  # they compile the whole table

    tables = values.get("rules", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"rules = {tables!r}", "expected a list of tables, [[rules]]")
    rules, disable = read_user_rules(tables)
    return {
        "rules": rules,
        "disable": disable | read_disabled(values.get("disable_rules", []), "disable_rules"),
    }


def _check_names(config: Config) -> None:
    names = [thumbnail.name for thumbnail in config.thumbnails]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"thumbnails name = {twice!r}", "expected a name of its own for each")


def _check_places(config: Config) -> None:
    """Of folders and object stores: that the URLs are good, and that links can lead there."""
    for key in ("archive", "state"):
        place = getattr(config, key)
        try:
            if "://" in place:
                clean_object_url(place)
        except ValueError as error:
            raise ConfigError(f"{key} = {redact(place)!r}", str(error)) from error
    if is_object_url(config.archive) and not config.rewrite.link_prefix:
        raise ConfigError(
            f'link_prefix = "" with archive = "{config.archive}"',
            "no relative link leads there; add where that is served, e.g.\n"
            'link_prefix = "https://pictures.example.com/"',
        )


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from error


def _find_file() -> Path | None:
    for path in map(Path, FILE_NAMES):
        if path.is_file():
            if path.name == "config.toml" and _OF_A_SITE & _read(path).keys():
                logger.warning("config.toml is the site generator's own; put ours in archiver.toml")
                return None
            return path
    return None


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """``ARCHIVER_NETWORK__PACE_S=1`` → ``network.pace_s``; a value is TOML, or else text."""
    for name, text in environment.items():
        if not name.startswith(_ENVIRONMENT):
            continue
        key = name.removeprefix(_ENVIRONMENT).lower().replace("__", ".")
        if key in KEYS:
            yield key, _read_value(text)
        elif "." in key:
            raise unknown_key(name, (_ENVIRONMENT + k.replace(".", "__").upper() for k in KEYS))


def _read_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
