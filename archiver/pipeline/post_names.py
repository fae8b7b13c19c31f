"""Which file is the post of a new item: a free name, and for good."""

from __future__ import annotations

import os
from datetime import datetime

from archiver import files
from archiver.catalog import Catalog
from archiver.feeds.items import FeedItem
from archiver.feeds.naming import folded, name_post, unique_name
from archiver.feeds.settings import PostSettings, suffix_of
from archiver.pipeline.places import Places


class PostNames:
    """The names that are taken in folders of posts: by files, and by posts that are gone."""

    def __init__(self, places: Places, catalog: Catalog) -> None:
        self._places, self._catalog = places, catalog
        self._taken: dict[bytes, set[str]] = {}

    def choose(
        self, folder: bytes, item: FeedItem, key: str, date: datetime, settings: PostSettings
    ) -> bytes:
        """The absolute path of the item's post below *folder*; it is taken from now on."""
        authors = ", ".join(item.authors)
        wanted = name_post(settings.name, date, item.title, authors, key)
        below, _, stem = wanted.rpartition("/")
        place = os.path.join(folder, os.fsencode(below)) if below else folder
        taken = self._names_in(place)
        name = unique_name(stem, suffix_of(settings.template), key, lambda n: folded(n) in taken)
        taken.add(folded(name))
        return os.path.join(place, os.fsencode(name))

    def _names_in(self, folder: bytes) -> set[str]:
        """Looked up once a run: nobody else makes posts meanwhile, and a file is never replaced."""
        if folder not in self._taken:
            relative = self._places.relative(folder)
            posts = self._catalog.feeds.paths_below(relative)
            ours = (os.path.basename(p) for p in posts if os.path.dirname(p) in (relative, b""))
            names = [*files.list_names(folder), *ours]
            self._taken[folder] = {folded(os.fsdecode(name)) for name in names}
        return self._taken[folder]
