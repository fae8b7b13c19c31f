"""What a job is asked to do: which sources, and where their documents go."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from archiver.config import Config
from archiver.errors import UsageError
from archiver.feeds.settings import SUFFIX, PostSettings
from archiver.model import DocumentTask, FeedCaps, PageTask
from archiver.pipeline.posts_task import PostsTask
from archiver.redact import redact
from archiver.sources import SourceSettings, is_url
from archiver.sources.entry import SourceEntry
from archiver.sources.globs import split_glob
from archiver.storage.addresses import is_object_url

STREAM = "-"  # standard input as a source, and its name in reports


@dataclass(frozen=True, slots=True)
class Order:
    """What to archive and where the documents go.

    Attributes:
        sources: files, folders and globs, and URLs of pages and feeds.
        output: the folder for copies; None: the documents are rewritten where they are.
        is_scheduled: whether it comes from the configuration and not from a person.
        is_feed: whether the URLs are of feeds, and nothing else will do.
        caps: of these feeds.
        posts: a feed that is to become posts; no sources then.
        profile: whose settings count: 0 those of all, n those of the configuration's n-th source.
    """

    sources: tuple[str, ...]
    output: str | None
    settings: SourceSettings = field(default_factory=SourceSettings)
    is_scheduled: bool = False
    is_feed: bool = False
    caps: FeedCaps = field(default_factory=FeedCaps)
    posts: PostsTask | None = None
    profile: int = 0


def orders_of(config: Config) -> list[Order]:
    """The sources of a configuration; relative paths count from its base folder."""
    return [
        _posts_order(source, config.base, profile)
        if source.as_ == "posts"
        else Order(
            (_place(source, config.base),),
            None if source.in_place else os.path.join(config.base, source.output),
            SourceSettings(source.include, source.exclude),
            is_scheduled=True,
            is_feed=bool(source.feed),
            caps=FeedCaps(source.keep_items, source.keep_days),
            profile=profile,
        )
        for profile, source in enumerate(config.sources, 1)
    ]


def profile_of(path: bytes, config: Config) -> int:
    """Whose settings count for the document at *path*, absolute and real: as `Order.profile`."""
    for profile, source in enumerate(config.sources, 1):
        place = os.fsencode(os.path.realpath(_folder_of(source, config.base)))
        if path == place or path.startswith(os.path.join(place, b"")):
            return profile
    return 0


def _folder_of(source: SourceEntry, base: str) -> str:
    """Where the documents of a source are written: a folder, or the one file."""
    is_own_place = source.in_place or source.as_ == "posts"
    named = source.path if is_own_place else source.output
    pattern = split_glob(named) if is_own_place and not os.path.lexists(named) else None
    return os.path.join(base, pattern[0] if pattern else named)


def _posts_order(source: SourceEntry, base: str, profile: int) -> Order:
    feed = source.feed if is_url(source.feed) else os.path.abspath(os.path.join(base, source.feed))
    is_form = not source.template.endswith(SUFFIX)
    template = source.template if is_form else os.path.join(base, source.template)
    settings = PostSettings(source.name, template, source.sanitize, source.full_text)
    folder = os.fsencode(os.path.realpath(os.path.join(base, source.path)))
    posts = PostsTask(feed, folder, settings, profile)
    return Order((), None, is_scheduled=True, posts=posts, profile=profile)


def _place(source: SourceEntry, base: str) -> str:
    """What a source names: a URL, or a path that counts from *base*."""
    named = source.url or source.feed or source.path
    return named if is_url(named) or is_object_url(named) else os.path.join(base, named)


def list_pages(orders: Sequence[Order], base: bytes) -> Iterator[PageTask]:
    """The pages and feeds of *orders*, each once a folder; *base* is absolute."""
    seen: set[tuple[str, str]] = set()
    for order in orders:
        for source in order.sources:
            if not (is_url(source) or order.is_feed):
                continue
            folder = os.path.realpath(order.output or ".")
            if (source, folder) not in seen:
                seen.add((source, folder))
                yield _page(source, os.fsencode(folder), order, base)


def _page(source: str, folder: bytes, order: Order, base: bytes) -> PageTask:
    task = PageTask(
        source, folder, order.is_feed, order.is_scheduled, order.caps, profile=order.profile
    )
    if is_url(source):
        return task
    file = os.fsencode(os.path.realpath(source))
    return replace(task, url=f"file:{quote(os.path.relpath(file, base))}", file=file)


def stream_task(base: bytes) -> DocumentTask:
    """Standard input: as if it were read in the current folder and written in *base*."""
    here, name = os.fsencode(os.path.realpath(os.curdir)), os.fsencode(STREAM)
    return DocumentTask(os.path.join(here, name), os.path.join(base, name), here, STREAM)


def check_order(order: Order, config: Config) -> None:
    """Refuse what cannot be done, before anything is: pages without a place, a template that is
    missing, relative links where they would lead nowhere.

    Raises:
        UsageError: with what to say instead.
    """
    if order.posts is not None:
        _check_posts(order.posts)
    url = next(filter(is_url, order.sources), None)
    if url is not None and order.output is None:
        raise UsageError(f"{redact(url)}: a page cannot be rewritten in place; save it with -o DIR")
    if order.output is not None and "://" in order.output:
        raise UsageError(f"{order.output}: copies go to a folder; name one, or rewrite in place")
    has_prefix = bool(config.of_profile(order.profile).rewrite.link_prefix)
    if order.output is None and not has_prefix:
        _check_relative_links(order)


def _check_posts(task: PostsTask) -> None:
    template = task.settings.template
    if template.endswith(SUFFIX) and not os.path.isfile(template):
        raise UsageError(f"template = {template!r}: there is no such file")
    if task.settings.full_text:
        from archiver.feeds.full_text import check_extractor  # it reads HTML

        check_extractor()


def _check_relative_links(order: Order) -> None:
    """Refuse them on object stores, and in a site whose generator moves its posts."""
    remote = next(filter(is_object_url, order.sources), None)
    if remote is not None:
        raise UsageError(
            f"{remote}: no relative link leads from there to the pictures; add where they are "
            f'served, e.g.\nlink_prefix = "https://pictures.example.com/"'
        )
    from archiver.sites import find_site  # only here: it reads generators' own files

    places = [os.fsdecode(order.posts.folder)] if order.posts else order.sources
    for source in places:
        site = find_site(Path(source).resolve())
        if site is not None and site.link_prefix:
            raise UsageError(
                f"{site.root} is a site of {site.generator}, which moves its posts: relative links "
                f"would break. Run `archiver init` there, or add to the configuration:\n"
                f'archive = "{site.archive}"\nlink_prefix = "{site.link_prefix}"'
            )
