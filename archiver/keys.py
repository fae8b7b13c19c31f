"""Which key of config.toml sets which field of which part's settings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from archiver.cdn.settings import PlanningSettings
from archiver.errors import ConfigError
from archiver.fetch.settings import FetchSettings
from archiver.files.space import Reserve
from archiver.formats import ReadingSettings
from archiver.imaging.settings import ImagingSettings
from archiver.pipeline.acceptance import AcceptanceSettings
from archiver.pipeline.document_limits import DocumentLimits
from archiver.pipeline.dynamic import SkipSettings
from archiver.pipeline.page_settings import PageSettings
from archiver.pipeline.ray_settings import RaySettings
from archiver.pipeline.run_settings import RunSettings
from archiver.rewrite.links import RewriteSettings
from archiver.settings import field_names, key_of, unknown_key
from archiver.sources.entry import SourceEntry
from archiver.storage.settings import ObjectSettings

_OF_A_DOCUMENT = {("reading", name) for name in ("is_moved", "charset", "smaller_copies")}
# Given by the command line, or derived from another key: (part, "" for `Config`; field).
_NOT_IN_FILE = {("", "base"), ("", "base_url"), ("imaging", "max_size_bytes"), *_OF_A_DOCUMENT}

PARTS: Mapping[str, type[Any]] = {
    "planning": PlanningSettings,
    "acceptance": AcceptanceSettings,
    "reading": ReadingSettings,
    "rewrite": RewriteSettings,
    "skip": SkipSettings,
    "network": FetchSettings,
    "imaging": ImagingSettings,
    "pages": PageSettings,
    "document": DocumentLimits,
    "reserve": Reserve,
    "run": RunSettings,
    "objects": ObjectSettings,
    "ray": RaySettings,
}
"""Part of a `Config` → its settings."""

# Where a field of a part stands in the file, when that is not its part's own section.
_SECTIONS = {
    "": "",
    "planning": "",
    "acceptance": "",
    "reading": "rewrite.",
    "imaging": "limits.",
    "pages": "limits.",
}
_PLACES = {
    ("planning", "rules"): "rules",
    ("planning", "disable"): "disable_rules",
    ("reading", "image_fields"): "front_matter.image_fields",
    ("reading", "image_values"): "front_matter.image_values",
    ("reading", "thumbnail_fields"): "front_matter.thumbnail_fields",
    ("reading", "finders"): "finders",
    ("rewrite", "link_prefix"): "link_prefix",
    ("rewrite", "site_url"): "site_url",
    ("network", "hosts"): "hosts",
    ("pages", "robots"): "network.robots",
    ("document", "images"): "limits.document_images",
    ("document", "bytes"): "limits.document_bytes",
    ("reserve", "size_bytes"): "limits.disk_reserve_bytes",
    ("reserve", "fraction"): "limits.disk_reserve_fraction",
    ("network", "max_bytes"): "limits.max_bytes",
    ("network", "max_url_bytes"): "limits.max_url_bytes",
    ("network", "redirects"): "limits.redirects",
}


def list_keys(config: type[Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Dotted key of the file → (part, "" for the class *config* itself; field)."""
    classes: dict[str, type[Any]] = {"": config, **PARTS}
    for part, cls in classes.items():
        section = _SECTIONS.get(part, f"{part}.")
        for name in field_names(cls):
            is_part = part == "" and name in PARTS
            if not is_part and (part, name) not in _NOT_IN_FILE:
                yield _PLACES.get((part, name), section + name), (part, name)


_OF_A_SOURCE = re.compile(
    r"link_prefix|site_url|base_url|quality|limits\.document_\w+|front_matter\.\w+"
    r"|rewrite\.(?!svg$)\w+"  # a drawing has one harmless form, whoever shows it
)


def split_source(
    table: Mapping[str, Any], number: int, keys: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a ``[[sources]]`` says of itself, and the settings that are other for its documents.

    Args:
        keys: all keys of the file, dotted.

    Raises:
        ConfigError: a key that nothing reads, or one of what all sources share: the network,
            pictures, the store.
    """
    own_keys = {key_of(name) for name in field_names(SourceEntry)}
    own = {key: value for key, value in table.items() if key in own_keys}
    others = dict(flatten({k: v for k, v in table.items() if k not in own_keys}, keys))
    for key in others:
        if _OF_A_SOURCE.fullmatch(key) and (key in keys or key == "base_url"):
            continue
        where = f"sources[{number}]."
        if key in keys:
            raise ConfigError(where + key, "it is the same for all sources; set it outside of them")
        known = [*own_keys, *filter(_OF_A_SOURCE.fullmatch, keys), "base_url"]
        raise unknown_key(where + key, (where + name for name in known))
    return own, others


def flatten(table: Mapping[str, Any], keys: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Dotted key → value; a table that is no section of *keys* is a value."""
    sections = {key.partition(".")[0] for key in keys if "." in key}
    for key, value in table.items():
        if key in sections and isinstance(value, Mapping):
            yield from ((f"{key}.{name}", inner) for name, inner in value.items())
        else:
            yield key, value
