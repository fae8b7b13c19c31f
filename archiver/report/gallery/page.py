"""The page: the pictures as data in it, its style and its script, and a policy that lets nothing
else in."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import quote_from_bytes

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.model import ImageRecord
from archiver.pipeline.places import Places
from archiver.report.gallery.alike import group_alike
from archiver.report.gallery.entries import HELD, LEFT, LOST, picture_entry, state_of
from archiver.report.gallery.uses import find_uses
from archiver.report.json_lines import dump_json

PAGE_NAME = "index.html"
_SCRIPTS = ("data.js", "filters.js", "cards.js", "details.js", "keys.js", "start.js")
_MARK = re.compile("@@([A-Z]+)@@")


@dataclass(frozen=True, slots=True)
class Gallery:
    """What the page shows.

    Attributes:
        records: newest first.
        documents: relative to the base folder, sorted.
        uses: URL → places in `documents`.
        groups: places in `records` of pictures that look alike.
    """

    places: Places
    records: tuple[ImageRecord, ...]
    documents: tuple[bytes, ...]
    uses: Mapping[str, Sequence[int]]
    groups: Sequence[Sequence[int]]

    def count(self, state: str) -> int:
        """How many pictures are held, lost or left."""
        return sum(state_of(record) == state for record in self.records)


def read_gallery(places: Places, catalog: Catalog, config: Config) -> Gallery:
    """The gallery of the archive that *catalog* is of; its documents are read."""
    records = sorted(catalog.images(), key=lambda record: record.url)
    records.sort(key=lambda record: record.when, reverse=True)
    uses = find_uses(records, places, catalog, config)
    documents = sorted({path for paths in uses.values() for path in paths})
    place = {path: number for number, path in enumerate(documents)}
    return Gallery(
        places,
        tuple(records),
        tuple(documents),
        {url: [place[path] for path in paths] for url, paths in uses.items()},
        group_alike(records),
    )


def render_gallery(gallery: Gallery, folder: str) -> bytes:
    """The page, for a file in *folder* (absolute). The same archive gives the same bytes."""
    style, script = _read("gallery.css"), "".join(map(_read, _SCRIPTS))
    parts = {
        "POLICY": _policy(style, script),
        "STYLE": style,
        "DATA": _embed(page_data(gallery, folder)),
        "SCRIPT": script,
    }
    page = _MARK.sub(lambda mark: parts[mark[1]], _read("page.html"))
    return page.encode("utf-8", "replace")


def page_data(gallery: Gallery, folder: str) -> dict[str, Any]:
    """What the script is given."""
    numbers = {place: n for n, places in enumerate(gallery.groups) for place in places}
    root = os.path.relpath(gallery.places.base, os.fsencode(folder))
    return {
        "root": quote_from_bytes(root) + "/",
        "name": os.path.basename(gallery.places.base_text),
        "asOf": max((record.when for record in gallery.records), default=""),
        "counts": {state: gallery.count(state) for state in (HELD, LOST, LEFT)},
        "documents": [
            [path.decode("utf-8", "replace"), quote_from_bytes(path)] for path in gallery.documents
        ],
        "pictures": [
            picture_entry(
                record, gallery.places, gallery.uses.get(record.url, ()), numbers.get(place)
            )
            for place, record in enumerate(gallery.records)
        ],
    }


def _embed(data: dict[str, Any]) -> str:
    """JSON that no HTML parser finds an end, a comment or a reference in."""
    text = dump_json(data)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _policy(style: str, script: str) -> str:
    """Pictures from the disk, or from where the page itself lies; this style, this script."""
    return (
        f"default-src 'none'; img-src 'self' file:; style-src '{_hash(style)}'; "
        f"script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
