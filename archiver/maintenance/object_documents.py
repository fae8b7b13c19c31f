"""The documents of an archive that lie on object stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.errors import NothingThereError
from archiver.orders import orders_of
from archiver.pipeline import remote
from archiver.pipeline.places import Places
from archiver.storage.addresses import is_object_path, is_object_url


def list_object_documents(places: Places, catalog: Catalog, config: Config) -> list[bytes]:
    """Those of the sources, and those that the journal knows, where they are still there; each
    once, sorted.

    Raises:
        UsageError: a store cannot be used, or obstore is not installed.
        RunError: a server refuses or does not answer.
    """
    known = {path for path in catalog.document_paths() if is_object_path(path)}
    found = set(_list_sources(places, config))
    found |= {path for path in known - found if remote.exists(path, places)}
    return sorted(found)


def _list_sources(places: Places, config: Config) -> Iterator[bytes]:
    own = [url for url in (places.archive_url, places.state_url) if url]
    for order in orders_of(config):
        for source in filter(is_object_url, order.sources):
            from archiver.sources.objects import find_objects  # most archives have none

            with suppress(NothingThereError):
                for file in find_objects([source], order.settings, own, places.objects):
                    yield file.path
