"""Pictures that are archived for documents that do not link to them.

Open Graph images and feeds without a `site_url`, drawings that cannot be shown: the bytes are
held, the document names the URL as before. So a document of ours keeps what it names by URL too,
unless it was restored and is as it was then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.errors import DocumentError, RunError, UsageError
from archiver.formats import read_document, tell_format
from archiver.maintenance.object_documents import list_object_documents
from archiver.orders import orders_of
from archiver.pipeline import remote
from archiver.pipeline.document import document_url
from archiver.pipeline.places import Places
from archiver.sources import find_documents, is_url
from archiver.storage.addresses import is_object_path, is_object_url


def find_waiting(
    urls: Mapping[str, str], places: Places, catalog: Catalog, config: Config
) -> set[str]:
    """The keys of the pictures in *urls* (URL → key) that a document of ours names by URL.

    Documents of ours are those that the journal or the catalog knows, and those of sources that
    are archived in place.

    Raises:
        RunError: a document cannot be read, so what it names is not known.
    """
    found: set[str] = set()
    for path in _list_documents(places, catalog, config) if urls else ():
        if is_object_path(path) or os.path.isfile(path):
            found.update(urls[url] for url in _list_urls(path, places, catalog, config, urls))
    return found


def _list_documents(places: Places, catalog: Catalog, config: Config) -> Iterator[bytes]:
    known = {path for path in catalog.document_paths() if catalog.story(path).rewrites}
    known.update(catalog.all_document_states())
    objects = list_object_documents(places, catalog, config)
    yield from (*objects, *(places.absolute(p) for p in sorted(known) if not is_object_path(p)))
    own = [places.archive_folder, places.state]
    for order in orders_of(config):
        for source in order.sources:
            if order.output is None and not (is_url(source) or is_object_url(source)):
                with suppress(UsageError):  # there is no such file any more
                    for file in find_documents([source], order.settings, own):
                        if places.relative(file.path) not in known:
                            yield file.path


def _list_urls(
    path: bytes, places: Places, catalog: Catalog, config: Config, urls: Mapping[str, str]
) -> Iterator[str]:
    try:
        data, snapshot = remote.read_document(path, b"/", places)
    except DocumentError as error:
        what = "which pictures it names is not known, so nothing was removed"
        raise RunError(f"{error}: {what}") from error
    if catalog.is_restored(places.relative(path), snapshot.sha256):
        return
    format = tell_format(data, Path(os.fsdecode(path)).suffix)
    if format is None:
        return
    base_url = config.base_url or document_url(path)
    reading = read_document(data, format=format, base_url=base_url, settings=config.reading)
    yield from (reference.url for reference in reading.references if reference.url in urls)
