"""Pictures that must not be frozen: badges, counters, trackers, pixels; and hosts left alone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from urllib.parse import urlsplit

from archiver.errors import PictureError
from archiver.fetch.settings import FetchSettings
from archiver.model import ImageRecord, Outcome, Picture
from archiver.pipeline.wanted import stated_size

HOST = "host"
"""The reason for a host that the settings leave alone."""
STATED_PIXEL, PIXEL = "stated-pixel", "pixel"
"""The reasons for an element that states one pixel, and for a picture that came as one."""

MUST_NOT_BE_FROZEN = frozenset({"badge", "counter", "tracker", STATED_PIXEL, PIXEL, HOST})
"""All reasons for which a picture is left."""

_SVG = "image/svg+xml"  # its pixels say nothing


@dataclass(frozen=True, slots=True)
class SkipSettings:
    """What is left as it is.

    Attributes:
        dynamic: leave badges, counters, trackers and pictures of one pixel.
    """

    dynamic: bool = True


@dataclass(frozen=True, slots=True)
class Dynamic:
    """An entry of the table; its file says what the keys mean."""

    name: str
    reason: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]


class Skips:
    """Says what is not asked for."""

    def __init__(self, settings: SkipSettings, network: FetchSettings) -> None:
        self._settings, self._network = settings, network

    def reason(self, url: str, attributes: Mapping[str, str]) -> str:
        """Why the picture at *url* is left as it is; "": it is not.

        Args:
            attributes: of the element that shows it.
        """
        host, path = _host_and_path(url)
        own = self._network.host(host).skip
        if own is not None:
            return HOST if own else ""
        if not self._settings.dynamic or not url.startswith("http"):
            return ""
        if stated_size(attributes) == (1, 1):
            return STATED_PIXEL
        return find_dynamic(host, path)

    def is_pixel(self, known: ImageRecord) -> bool:
        """Whether the picture came as one pixel in an earlier run and is left for that."""
        return self._settings.dynamic and (known.outcome, known.reason) == (Outcome.SKIPPED, PIXEL)

    def check_picture(self, url: str, picture: Picture) -> None:
        """Refuse a picture of one pixel.

        Raises:
            PictureError: it is one.
        """
        is_pixel = picture.width_px == picture.height_px == 1 and picture.media_type != _SVG
        if is_pixel and self._settings.dynamic:
            raise PictureError(url, Outcome.SKIPPED, PIXEL)


def find_dynamic(host: str, path: str) -> str:
    """The reason of the first entry that is for *path* on *host*; "": there is none.

    >>> find_dynamic("img.shields.io", "/npm/v/x.svg"), find_dynamic("img.example", "/x.svg")
    ('badge', '')
    """
    for reason, hosts, paths in _patterns():
        if hosts.match(host) and paths.match(path):
            return reason
    return ""


@cache
def read_table() -> tuple[Dynamic, ...]:
    """The entries, in the order in which they are tried."""
    from importlib import resources  # costs more to import than all of this

    text = resources.files(__package__).joinpath("dynamic.toml").read_text("utf-8")
    return tuple(
        Dynamic(
            entry["name"],
            entry["reason"],
            tuple(entry.get("hosts", ())),
            tuple(entry.get("paths", ())),
            tuple(entry["examples"]),
            tuple(entry.get("not", ())),
        )
        for entry in tomllib.loads(text)["dynamic"]
    )


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(
        (entry.reason, _any_of(_with_bare_domain(entry.hosts)), _any_of(entry.paths))
        for entry in read_table()
    )


def _with_bare_domain(hosts: tuple[str, ...]) -> tuple[str, ...]:
    return hosts + tuple(host[2:] for host in hosts if host.startswith("*."))


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns or ("*",))), re.IGNORECASE)


def _host_and_path(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.path
    except ValueError:  # no URL at all; whoever asks for it says so
        return "", ""
