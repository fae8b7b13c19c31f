"""What a run is about: the value that engines and wiring make its parts from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.model import DocumentResult, ImageRecord
from archiver.pipeline.places import Places


@dataclass(frozen=True, slots=True)
class RunContext:
    """A run whose lock is held.

    Attributes:
        on_image: told of every image as it ends.
        on_document: told of documents that come with others: style sheets of pages.
        is_retrying: lost images are asked for again before their time.
    """

    config: Config
    places: Places
    catalog: Catalog
    on_image: Callable[[ImageRecord], None] = lambda record: None
    on_document: Callable[[DocumentResult], None] = lambda result: None
    is_retrying: bool = False
