"""The page: the pictures as data in it, its style and its script, and a policy that lets nothing
else in."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import quote_from_bytes

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.model import ImageRecord
from archiver.pipeline.places import Places
from archiver.redact import escape
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
        uses: lists of places in `documents`, each once: many pictures may share one.
        use: for each of `records` its place in `uses`.
        groups: places in `records` of pictures that look alike.
    """

    places: Places
    records: tuple[ImageRecord, ...]
    documents: tuple[bytes, ...]
    uses: Sequence[Sequence[int]]
    use: Sequence[int]
    groups: Sequence[Sequence[int]]

    def count(self, state: str) -> int:
        """How many pictures are held, lost or left."""
        return sum(state_of(record) == state for record in self.records)


def read_gallery(places: Places, catalog: Catalog, config: Config) -> Gallery:
    """The gallery of the archive that *catalog* is of; its documents are read."""
    records = sorted(catalog.images(), key=lambda record: record.url)
    records.sort(key=lambda record: record.when, reverse=True)
    found = find_uses(records, places, catalog, config)
    lists = [found.of(record) for record in records]
    documents = sorted({path for paths in lists for path in paths})
    number = {path: place for place, path in enumerate(documents)}
    place_of = {paths: place for place, paths in enumerate(dict.fromkeys(lists))}
    return Gallery(
        places,
        tuple(records),
        tuple(documents),
        [[number[path] for path in paths] for paths in place_of],
        [place_of[paths] for paths in lists],
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
        "name": escape(os.path.basename(gallery.places.base_text)),
        "asOf": max((record.when for record in gallery.records), default=""),
        "counts": {state: gallery.count(state) for state in (HELD, LOST, LEFT)},
        "documents": [
            [escape(path.decode("utf-8", "replace")), quote_from_bytes(path)]
            for path in gallery.documents
        ],
        "uses": gallery.uses,
        "pictures": [
            picture_entry(record, gallery.places, gallery.use[place], numbers.get(place))
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
