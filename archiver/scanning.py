"""What documents name, and what would be asked for: no network, nothing written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archiver import files
from archiver.config import Config
from archiver.errors import DocumentError
from archiver.formats import read_document, tell_format
from archiver.model import Candidate, Reading
from archiver.pipeline.document import document_url
from archiver.planning import plan_candidates
from archiver.sources import SourceSettings, find_documents


@dataclass(frozen=True, slots=True)
class Scan:
    """A document that was read.

    Attributes:
        candidates: for each of the reading's references, best first.
    """

    name: str
    data: bytes
    reading: Reading
    candidates: tuple[tuple[Candidate, ...], ...]


def scan_documents(sources: Sequence[str], config: Config) -> Iterator[Scan | DocumentError]:
    """Read each document of *sources*; one that cannot be read comes as its error."""
    here = os.getcwdb() + b"/"
    for file in find_documents(sources, SourceSettings(), (config.archive, config.state)):
        name = os.fsdecode(file.path.removeprefix(here))
        try:
            data, _ = files.read_document(file.path, file.root)
        except DocumentError as error:
            yield error
            continue
        found = _read(data, name, file.path, config)
        if found is not None:
            yield found


def _read(data: bytes, name: str, path: bytes, config: Config) -> Scan | None:
    format = tell_format(data, Path(name).suffix)
    if format is None:
        return None
    base_url = config.base_url or document_url(path)
    reading = read_document(data, format=format, base_url=base_url, settings=config.reading)
    candidates = (plan_candidates(r.url, r.attributes, config.planning) for r in reading.references)
    return Scan(name, data, reading, tuple(candidates))
