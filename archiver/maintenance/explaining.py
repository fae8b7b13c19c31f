"""What became of the images of a document, or of one URL; from the catalog, nothing is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.errors import DocumentError
from archiver.formats import read_document, tell_format
from archiver.maintenance.finding import find_rewritten
from archiver.model import Candidate, ImageRecord
from archiver.pipeline import remote
from archiver.pipeline.document import document_url
from archiver.pipeline.moved import Found
from archiver.pipeline.places import Places
from archiver.planning import plan_candidates
from archiver.rewrite.splice import splice
from archiver.rewrite.unsplicing import undo_rewrites
from archiver.syntax.urls import resolve


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of a URL.

    Attributes:
        url: as the document has it.
        record: None: no run has asked for it.
        candidates: what would be asked for.
        is_removed: whether `gc` took it out since.
    """

    url: str
    record: ImageRecord | None
    candidates: tuple[Candidate, ...]
    is_removed: bool = False


def explain_url(url: str, catalog: Catalog, config: Config) -> Explanation:
    """What is known of *url*, as a document or a person writes it."""
    key = resolve(url, config.base_url or None) or url
    return _explain(key, plan_candidates(key, {}, config.planning), catalog)


def explain_document(
    path: bytes, places: Places, catalog: Catalog, config: Config
) -> Iterator[Explanation]:
    """What is known of each image of the document at *path*, in file order; rewritten or not.

    Args:
        path: absolute, or the URL of an object.

    Raises:
        DocumentError: it can't be read, or was changed so that its rewrite can't be told any more.
    """
    found = next(find_rewritten([path], places, catalog))
    data = _original(found, places)
    name = os.fsdecode(path)
    format = tell_format(data, Path(name).suffix)
    if format is None:
        raise DocumentError(name, "not a document of a known format")
    base_url = config.base_url or document_url(path) or None
    reading = read_document(data, format=format, base_url=base_url, settings=config.reading)
    attributes = {r.url: r.attributes for r in reversed(reading.references)}
    for url in dict.fromkeys(r.url for r in reading.references):
        candidates = plan_candidates(url, attributes[url], config.planning)
        yield _explain(url, candidates, catalog)


def _explain(url: str, candidates: tuple[Candidate, ...], catalog: Catalog) -> Explanation:
    record = catalog.find_image(url)
    is_removed = record is not None and catalog.holdings.is_removed(record)
    return Explanation(url, record, candidates, is_removed)


def _original(found: Found, places: Places) -> bytes:
    """The bytes before our rewrites."""
    data, snapshot = remote.read_document(found.absolute, b"/", places)
    if not found.rewrites or snapshot.sha256 == found.rewrites[0].sha256_before:
        return data
    try:
        return splice(data, undo_rewrites(data, found.rewrites))
    except ValueError as error:
        raise DocumentError(os.fsdecode(found.path), str(error)) from error
