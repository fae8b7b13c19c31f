"""Which documents show which pictures, read from the documents as they are now."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.errors import DocumentError
from archiver.formats import read_document, tell_format
from archiver.model import ImageRecord, Reference
from archiver.pipeline.document import document_url
from archiver.pipeline.places import Places


def find_uses(
    records: Iterable[ImageRecord], places: Places, catalog: Catalog, config: Config
) -> Mapping[str, list[bytes]]:
    """URL of a record → the documents that show its picture, sorted, relative to the base folder.

    A document names a picture by its URL where it was not had, else by the link to its copy. One
    that is gone, or cannot be read, shows nothing.
    """
    finder = _Finder(records, places, config)
    uses: dict[str, list[bytes]] = defaultdict(list)
    for path in sorted({*catalog.all_document_states(), *catalog.document_paths()}):
        for url in finder.find(places.absolute(path)):
            uses[url].append(path)
    return uses


class _Finder:
    def __init__(self, records: Iterable[ImageRecord], places: Places, config: Config) -> None:
        self._places, self._config = places, config
        self._urls: set[str] = set()
        self._copies: dict[str, list[str]] = defaultdict(list)
        self._archive = places.archive.rstrip("/") + "/"
        for record in records:
            self._urls.add(record.url)
            for path in dict.fromkeys((record.path, record.sanitized, *record.thumbnails.values())):
                if path:
                    self._copies[path].append(record.url)

    def find(self, document: bytes) -> set[str]:
        """The URLs of the pictures that the document, an absolute path, shows."""
        try:
            data, _ = files.read_document(document, root=b"/")
        except DocumentError:
            return set()
        format = tell_format(data, Path(os.fsdecode(document)).suffix)
        if format is None:
            return set()
        reading = read_document(
            data,
            format=format,
            base_url=self._config.base_url or document_url(document),
            settings=self._config.reading,
        )
        return {url for reference in reading.references for url in self._shown(reference)}

    def _shown(self, reference: Reference) -> Iterable[str]:
        if reference.url in self._urls:
            yield reference.url
            return
        for path in self._paths(reference.url):
            yield from self._copies.get(path, ())

    def _paths(self, url: str) -> Iterable[str]:
        """The paths, relative to the base folder, that *url* may lead to."""
        parts = urlsplit(url)
        if parts.scheme == "file":
            yield os.fsdecode(self._places.relative(unquote_to_bytes(parts.path)))
        prefix, site = self._config.rewrite.link_prefix, self._config.rewrite.site_url
        for start in (prefix, site and site.rstrip("/") + "/" + self._archive):
            whole = parts.path if start.startswith("/") else url
            if start and whole.startswith(start):
                yield self._archive + unquote(whole.removeprefix(start))
