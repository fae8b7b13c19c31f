"""Which documents show which pictures, read from the documents as they are now."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.errors import DocumentError
from archiver.formats import read_document, tell_format
from archiver.model import ImageRecord, Reading
from archiver.pipeline.document import document_url
from archiver.pipeline.places import Places


@dataclass(frozen=True, slots=True)
class Uses:
    """Which documents name what; documents sorted, relative to the base folder.

    Attributes:
        by_url: URL of a record → the documents that name the URL itself.
        by_copy: path of a record's picture → the documents that link to it or to a thumbnail of it.
    """

    by_url: Mapping[str, Sequence[bytes]]
    by_copy: Mapping[str, Sequence[bytes]]

    def of(self, record: ImageRecord) -> tuple[bytes, ...]:
        """The documents that show the picture of *record*."""
        direct, copies = self.by_url.get(record.url, ()), self.by_copy.get(record.path, ())
        return tuple(sorted({*direct, *copies})) if direct else tuple(copies)


def find_uses(
    records: Iterable[ImageRecord], places: Places, catalog: Catalog, config: Config
) -> Uses:
    """Which documents name the pictures of *records*, by URL where it was not had, else by copy.

    One that is gone, or cannot be read, names nothing.
    """
    finder = _Finder(records, places, config)
    by_url: dict[str, list[bytes]] = defaultdict(list)
    by_copy: dict[str, list[bytes]] = defaultdict(list)
    for path in sorted({*catalog.all_document_states(), *catalog.document_paths()}):
        urls, copies = finder.find(places.absolute(path))
        for url in urls:
            by_url[url].append(path)
        for copy in copies:
            by_copy[copy].append(path)
    return Uses(dict(by_url), dict(by_copy))


class _Finder:
    def __init__(self, records: Iterable[ImageRecord], places: Places, config: Config) -> None:
        self._places, self._config = places, config
        self._urls: set[str] = set()
        self._copies: dict[str, str] = {}
        self._archive = places.archive.rstrip("/") + "/"
        for record in records:
            self._urls.add(record.url)
            for path in dict.fromkeys((record.path, record.sanitized, *record.thumbnails.values())):
                if path:
                    self._copies.setdefault(path, record.path)

    def find(self, document: bytes) -> tuple[set[str], set[str]]:
        """The URLs and the paths of pictures that the document, an absolute path, names."""
        reading = self._read(document)
        urls = {r.url for r in reading.references} if reading else set()
        known = urls & self._urls
        paths = (path for url in urls - known for path in self._paths(url))
        return known, {self._copies[path] for path in paths if path in self._copies}

    def _read(self, document: bytes) -> Reading | None:
        try:
            data, _ = files.read_document(document, root=b"/")
        except DocumentError:
            return None
        format = tell_format(data, Path(os.fsdecode(document)).suffix)
        if format is None:
            return None
        base_url = self._config.base_url or document_url(document)
        settings = self._config.reading
        return read_document(data, format=format, base_url=base_url, settings=settings)

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
