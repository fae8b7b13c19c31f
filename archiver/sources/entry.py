"""``[[sources]]`` of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, Literal

from msgspec import Meta

from archiver.errors import ConfigError
from archiver.feeds.naming import check_pattern
from archiver.feeds.settings import check_template
from archiver.sources.named import Patterns

Folder = Annotated[str, Meta(min_length=1, description="a folder, relative to the file's own")]
Place = Annotated[
    str,
    Meta(min_length=1, description="a folder, relative to the file's own, or s3://bucket/prefix"),
]
Named = Annotated[str, Meta(min_length=1, description="a file, a folder or a glob")]
Count = Annotated[int, Meta(ge=1, description="a whole number above 0")]
WebUrl = Annotated[
    str, Meta(pattern=r"^https?://[^/?#\s]\S*\Z", description="an http or https URL")
]
FeedPlace = Annotated[
    str,
    Meta(
        pattern=r"^(?:[Hh][Tt][Tt][Pp][Ss]?://[^/?#\s]\S*|(?![A-Za-z][A-Za-z0-9+.-]+:)[^\0]+)\Z",
        description="an http or https URL, or a file",
    ),
]


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A ``[[sources]]``: one of `path`, `url` and `feed`.

    Attributes:
        path: a file, a folder or a glob; beside a `feed`, the folder its posts go to.
        url, feed: of a page, or of a feed; a feed may be a file as well.
        as_: what becomes of a feed: ``feed`` or ``posts``.
        in_place: rewrite the documents where they are; else copies go to `output`.
        include, exclude: patterns; see `archiver.sources.SourceSettings`.
        name, template: of a feed's posts: their file names and their form.
        sanitize: whether scripts, event handlers and forms are taken out of posts.
        full_text: whether a post holds the text of the item's page.
        keep_items, keep_days: how much of earlier visits a feed saved as one keeps; see
            `archiver.model.FeedCaps`.
    """

    path: Named = ""
    url: WebUrl = ""
    feed: FeedPlace = ""
    as_: Literal["feed", "posts"] = "feed"
    in_place: bool = False
    output: Folder = "archived"
    include: Patterns = ()
    exclude: Patterns = ()
    name: str = "{date:%Y-%m-%d}-{slug}"
    template: Named = "hexo"
    sanitize: bool = True
    full_text: bool = False
    keep_items: Count | None = None
    keep_days: Count | None = None
    _different: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def different(self) -> Mapping[str, Any]:
        """Settings that are other for its documents: dotted key → value, as the file has it."""
        return self._different

    def __post_init__(self) -> None:
        """Raises ConfigError unless one source is named, and one that can be had as told."""
        named = [name for name in ("path", "url", "feed") if getattr(self, name)]
        if self.as_ == "posts":
            self._check_posts()
            named.remove("path")
        else:
            self._check_no_posts()
        if len(named) != 1:
            found = f"{named[1]} = {getattr(self, named[1])!r}" if named else "path"
            raise ConfigError(found, "expected one of path, url and feed")
        if self.in_place and named != ["path"]:
            problem = "a page has no place of its own; it is saved below output"
            raise ConfigError("in_place = True", problem)
        self._check_caps(is_feed=named == ["feed"] and self.as_ == "feed")

    def _check_caps(self, is_feed: bool) -> None:
        for name in ("keep_items", "keep_days"):
            value = getattr(self, name)
            if value is not None and not is_feed:
                raise ConfigError(f"{name} = {value}", "expected with a feed that is saved as one")

    def _check_no_posts(self) -> None:
        defaults = {field.name: field.default for field in fields(self)}
        for name in ("name", "template", "sanitize", "full_text"):
            value = getattr(self, name)
            if value != defaults[name]:
                raise ConfigError(f"{name} = {value!r}", 'expected with as = "posts"')

    def _check_posts(self) -> None:
        for name in ("feed", "path"):
            if not getattr(self, name):
                problem = 'expected with as = "posts": the feed, and the folder of its posts'
                raise ConfigError(name, problem)
        check_pattern(self.name)
        check_template(self.template)
