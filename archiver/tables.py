"""The lists of tables in config.toml of which a field's type does not say all that is accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from archiver.errors import ConfigError
from archiver.imaging.settings import ThumbnailSettings
from archiver.keys import split_source
from archiver.settings import convert, shown
from archiver.sources.entry import SourceEntry


def read_sources(value: Any, keys: Collection[str]) -> tuple[SourceEntry, ...]:
    """The ``[[sources]]``, each with the settings that are other for its documents.

    Args:
        keys: all keys of the file, dotted.

    Raises:
        ConfigError: no list of tables, or a key or value that is not accepted.
    """
    if not isinstance(value, list | tuple) or not all(isinstance(v, Mapping) for v in value):
        raise ConfigError(
            f"sources = {shown(value, 'sources')}", "expected a list of tables, [[sources]]"
        )
    split = [split_source(table, number, keys) for number, table in enumerate(value)]
    entries = convert([own for own, _ in split], tuple[SourceEntry, ...], "sources")
    return tuple(
        replace(entry, _different=others) for entry, (_, others) in zip(entries, split, strict=True)
    )


def read_rules(values: Mapping[str, Any]) -> dict[str, Any]:
    """The CDN rules that the user adds and those that are switched off: fields of the planning.

    Args:
        values: dotted key of the file → value.

    Raises:
        ConfigError: no list of tables, or a rule that cannot be one.
    """
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


def check_names(thumbnails: Iterable[ThumbnailSettings]) -> None:
    """Whether each of the ``[[thumbnails]]`` has a name of its own, since that is its folder.

    Raises:
        ConfigError: two have the same one.
    """
    names = [thumbnail.name for thumbnail in thumbnails]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"thumbnails name = {twice!r}", "expected a name of its own for each")
