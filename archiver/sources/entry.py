"""``[[sources]]`` of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from archiver.errors import ConfigError
from archiver.sources.named import Patterns

Folder = Annotated[str, Meta(min_length=1, description="a folder, relative to the file's own")]
Named = Annotated[str, Meta(min_length=1, description="a file, a folder or a glob")]
WebUrl = Annotated[
    str, Meta(pattern=r"^https?://[^/?#\s]\S*\Z", description="an http or https URL")
]


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A ``[[sources]]``: one of `path`, `url` and `feed`.

    Attributes:
        path: a file, a folder or a glob.
        url, feed: of a page, or of a feed, which is saved as it is at each run.
        in_place: rewrite the documents where they are; else copies go to `output`.
        include, exclude: patterns; see `archiver.sources.SourceSettings`.
    """

    path: Named = ""
    url: WebUrl = ""
    feed: WebUrl = ""
    in_place: bool = False
    output: Folder = "archived"
    include: Patterns = ()
    exclude: Patterns = ()

    def __post_init__(self) -> None:
        """Raises ConfigError unless one source is named, and one that can be had as told."""
        named = [name for name in ("path", "url", "feed") if getattr(self, name)]
        if len(named) != 1:
            found = f"{named[1]} = {getattr(self, named[1])!r}" if named else "path"
            raise ConfigError(found, "expected one of path, url and feed")
        if self.in_place and named != ["path"]:
            problem = "a page has no place of its own; it is saved below output"
            raise ConfigError("in_place = True", problem)
