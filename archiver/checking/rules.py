"""Whether a reference is a remote image, and which files a local one may mean."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from archiver.config import Config
from archiver.formats.front_matter import ROLE as FRONT_MATTER
from archiver.formats.image_urls import names_an_image
from archiver.model import Reference
from archiver.pipeline.dynamic import Skips
from archiver.pipeline.linking import needs_absolute_url
from archiver.rewrite.links import prefixed_link
from archiver.sites import find_site
from archiver.sources.git import find_repository

# Below one of these a site's files lie as they are served; each generator has its own.
_PUBLISHED = (b"", b"static", b"public", b"source", b"assets", b"src", b"docs")


class Rules:
    """The rules of one configuration.

    Args:
        is_archived: whether the archive holds the picture of a URL; asked only where no link to it
            can be written, so that its document keeps the URL.
    """

    def __init__(self, config: Config, is_archived: Callable[[str], bool]) -> None:
        self._is_archived = is_archived
        self._skips = Skips(config.skip, config.network)
        self._site_url = config.rewrite.site_url
        places = config.places()
        self._archive = places.archive_folder
        prefix = config.rewrite.link_prefix
        self._is_elsewhere = bool(prefix) and not os.path.isdir(self._archive)
        own = prefix or prefixed_link("", places.archive).decode("ascii") + "/"
        on_site = self._site_url and urljoin(self._site_url, own)
        self._prefixes = tuple(url for url in (prefix, on_site) if url)

    def is_remote(self, reference: Reference, format: str) -> bool:
        """Whether *reference* shows a picture of another host that can be archived."""
        url = reference.url
        if not url.startswith("http") or self._below_archive(url) is not None:
            return False
        if self._skips.reason(url, reference.attributes):
            return False
        is_kept = needs_absolute_url(format, reference.role) and not self._site_url
        return not (is_kept and self._is_archived(url))

    def find_targets(self, reference: Reference, document: bytes) -> list[bytes]:
        """The files that a local *reference* may mean, absolute; none where that can't be told.

        Where a site serves its files from isn't always known, so each usual place counts.
        """
        below = self._below_archive(reference.url)
        if below is not None:
            return [] if self._is_elsewhere else [os.path.join(os.fsencode(self._archive), below)]
        parts = urlsplit(reference.url)
        if parts.scheme != "file":
            return []
        path = unquote_to_bytes(parts.path)
        is_field = FRONT_MATTER in reference.role
        if is_field and not (reference.raw[:1] in (b"/", b".") or names_an_image(parts.path)):
            return []  # a word that only its theme understands
        return list(dict.fromkeys(_places(path, document, is_field)))

    def _below_archive(self, url: str) -> bytes | None:
        """The path below the archive folder of what a link with our prefix leads to."""
        path = urlsplit(url).path
        for prefix in self._prefixes:
            whole = path if prefix.startswith("/") else url.partition("?")[0]
            is_ours = url.startswith(("file:", self._site_url or "file:"))
            if whole.startswith(prefix) and (is_ours or not prefix.startswith("/")):
                return unquote_to_bytes(whole.removeprefix(prefix))
        return None


def _places(path: bytes, document: bytes, is_field: bool) -> Iterator[bytes]:
    folder, name = os.path.split(document)
    root, published = _site_of(folder, os.path.realpath(os.getcwdb()))
    yield path
    inside = os.path.join(folder, b"")
    if path.startswith(inside):  # Hexo keeps a post's pictures in a folder of its name
        yield os.path.join(folder, os.path.splitext(name)[0], path.removeprefix(inside))
    is_below = path.startswith(os.path.join(root, b""))
    if is_below and not is_field:
        return
    below = path.removeprefix(inside if is_field and is_below else b"/").lstrip(b"/")
    while True:
        yield from (os.path.join(folder, place, below) for place in _PUBLISHED)
        if folder == root or len(folder) <= len(root):
            break
        folder = os.path.dirname(folder)
    for place, base_path in published:
        yield from (os.path.join(place, name) for name in (below, below.removeprefix(base_path)))


@cache
def _site_of(folder: bytes, here: bytes) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    """The root above *folder*, and where a generator serves files from: folder, path on the host.

    Without a repository or a generator the root is the current folder, *here*, or *folder* where
    that is elsewhere.
    """
    inside = folder == here or folder.startswith(os.path.join(here, b""))
    site = find_site(Path(os.fsdecode(folder)))
    root = find_repository(folder) or (here if inside else folder)
    if site is None:
        return root, ()
    place = os.path.join(os.fsencode(site.root), os.fsencode(site.static_path))
    base_path = site.link_prefix.strip("/").removesuffix("archive").lstrip("/").encode()
    return min(root, os.fsencode(site.root), key=len), ((os.path.normpath(place), base_path),)
