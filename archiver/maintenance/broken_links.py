"""Links into the archive that lead nowhere, in the documents that the journal knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.errors import DocumentError
from archiver.formats import read_document, tell_format
from archiver.maintenance.damage import Damage, DamageKind
from archiver.maintenance.finding import find_rewritten
from archiver.model import Reading, Reference
from archiver.pipeline import remote
from archiver.pipeline.document import document_url
from archiver.pipeline.linking import local_file
from archiver.pipeline.places import Places
from archiver.storage.layout import below_archive, key_of


@dataclass(frozen=True, slots=True)
class DocumentNote:
    """What a person may want to know of a document, and is no damage."""

    document: str
    text: str


def check_documents(
    places: Places, catalog: Catalog, config: Config
) -> Iterator[Damage | DocumentNote]:
    """The broken links of all rewritten documents, also moved ones; and which were edited."""
    known = {path for path in catalog.document_paths() if catalog.story(path).rewrites}
    for found in find_rewritten(None, places, catalog):
        known -= {found.path, found.moved_from}
        name = files.shown(found.path)
        try:
            data, snapshot = remote.read_document(found.absolute, b"/", places)
        except DocumentError as error:
            yield DocumentNote(name, f"cannot be read: {error.reason}")
            continue
        if found.moved_from:
            yield DocumentNote(name, f"was {files.shown(found.moved_from)}")
        if snapshot.sha256 != found.rewrites[-1].sha256_after:
            yield DocumentNote(name, "edited since it was rewritten")
        yield from find_broken(data, found.absolute, places, catalog, config)
    for path in sorted(known):
        if not remote.exists(places.absolute(path), places):
            yield DocumentNote(files.shown(path), "is not there any more")


def find_broken(
    data: bytes, path: bytes, places: Places, catalog: Catalog, config: Config
) -> Iterator[Damage]:
    """The links of a document to files of the archive that are not there, or not where it says."""
    reading = read_known(data, path, config)
    name = os.fsdecode(places.relative(path))
    for reference in reading.references if reading else ():
        below = below_link(reference)
        if not below:
            continue
        is_there = os.path.isfile(f"{places.archive_folder}/{below}")
        if not is_there:
            records = tuple(catalog.holdings.of_keys({key_of(below)}))
            yield Damage(DamageKind.BROKEN_LINK, below, f"no {below}", records, name)
        elif reference.url.startswith("file:") and not _is_found(reference, config):
            reason = f"{files.shown(reference.raw)} leads nowhere; archiver relink mends it"
            yield Damage(DamageKind.BROKEN_LINK, below, reason, (), name)


def read_known(data: bytes, path: bytes, config: Config) -> Reading | None:
    """What is found in a document as it stands at *path*; None: it is of no format of ours."""
    format = tell_format(data, Path(os.fsdecode(path)).suffix)
    if format is None:
        return None
    base_url = document_url(path) or None
    return read_document(data, format=format, base_url=base_url, settings=config.reading)


def below_link(reference: Reference) -> str:
    """The path below an archive folder that a reference names; "" where it names none."""
    return below_archive(urlsplit(reference.url).path)


def _is_found(reference: Reference, config: Config) -> bool:
    """Whether a link without host leads to a file, or begins as the site serves the archive."""
    prefix = config.rewrite.link_prefix.encode()
    raw = reference.raw.replace(b"\0", b"")
    if prefix and raw.startswith(prefix):
        return True
    return os.path.isfile(local_file(reference.url))
