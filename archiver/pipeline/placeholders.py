"""Known stand-ins: by the path that a redirect led to, and by their bytes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from archiver.settings import build_settings

Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="64 digits of hexadecimal")]


@dataclass(frozen=True, slots=True)
class PlaceholderSettings:
    """A stand-in, or a family of them.

    Attributes:
        name: for people.
        hosts: patterns, ``*.example.com`` with the bare domain; empty: everywhere.
        paths: patterns of the path a redirect led to; any case.
        sha256: of the bytes.
    """

    name: str = ""
    hosts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    sha256: tuple[Digest, ...] = ()


class Placeholders:
    """The built-in table and the user's own entries."""

    def __init__(self, own: Iterable[PlaceholderSettings] = ()) -> None:
        entries = (*own, *_built_in())
        self._digests = frozenset(digest for entry in entries for digest in entry.sha256)
        self._paths = tuple(entry for entry in entries if entry.paths)

    def has_bytes(self, sha256: str) -> bool:
        """Whether a stand-in has this hex digest."""
        return sha256 in self._digests

    def has_path(self, asked_url: str, final_url: str) -> bool:
        """Whether a redirect led from *asked_url* to where stand-ins lie.

        A document that itself names such a path may mean it.
        """
        if not is_elsewhere(asked_url, final_url):
            return False
        parts = urlsplit(final_url)
        host, path = parts.hostname or "", parts.path.lower()
        return any(
            _is_on(host, entry) and any(fnmatchcase(path, p.lower()) for p in entry.paths)
            for entry in self._paths
        )


def is_elsewhere(asked_url: str, final_url: str) -> bool:
    """Whether a redirect led to another path; another scheme or host alone says nothing."""
    return urlsplit(asked_url).path != urlsplit(final_url).path


def _is_on(host: str, entry: PlaceholderSettings) -> bool:
    return not entry.hosts or any(
        fnmatchcase(host, pattern) or host == pattern.removeprefix("*.") for pattern in entry.hosts
    )


@cache
def _built_in() -> tuple[PlaceholderSettings, ...]:
    from importlib import resources  # costs more to import than all of this

    text = resources.files(__package__).joinpath("placeholders.toml").read_text("utf-8")
    return tuple(
        build_settings(PlaceholderSettings, table) for table in tomllib.loads(text)["placeholders"]
    )
