"""Which rewritten documents a person means, also where they were renamed or moved since."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from archiver.catalog import Catalog
from archiver.errors import DocumentError
from archiver.pipeline import remote
from archiver.pipeline.moved import Found, find_by_hash, find_by_links
from archiver.pipeline.places import Places


def find_rewritten(
    targets: Sequence[bytes] | None, places: Places, catalog: Catalog
) -> Iterator[Found]:
    """The documents of *targets*, each once.

    Args:
        targets: absolute paths of documents and folders; None: the base folder.
    """
    seen: set[bytes] = set()
    for target in [places.base] if targets is None else targets:
        is_folder = os.path.isdir(target)
        for found in (
            _below(target, places, catalog) if is_folder else [_one(target, places, catalog)]
        ):
            if found.path not in seen:
                seen.add(found.path)
                yield found


def _below(folder: bytes, places: Places, catalog: Catalog) -> Iterator[Found]:
    """The documents of a folder; those that are not where they were are looked for in it."""
    prefix = places.relative(folder) + b"/" if folder != places.base else b""
    is_one_missing = False
    for path in catalog.document_paths(prefix):
        rewrites = catalog.story(path).rewrites
        absolute = places.absolute(path)
        if not rewrites or (not prefix and path.startswith((b"../", b"/"))):
            continue  # a journal from elsewhere names no file outside this base folder
        if remote.exists(absolute, places):
            yield Found(path, absolute, rewrites)
        else:
            is_one_missing = True
    if is_one_missing:
        yield from _moved_below(folder, places, catalog)


def _moved_below(folder: bytes, places: Places, catalog: Catalog) -> Iterator[Found]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(b"."))
        for name in sorted(names):
            found = _by_hash(os.path.join(parent, name), places, catalog)
            if found is not None:
                yield found


def _one(path: bytes, places: Places, catalog: Catalog) -> Found:
    """The document at *path*: known by its path, by its hash, or by the links in it."""
    for name in (path, real_name(path)):
        relative = places.relative(name)
        rewrites = catalog.story(relative).rewrites
        if rewrites:
            return Found(relative, name, rewrites)
    path = real_name(path)
    return (
        _by_hash(path, places, catalog)
        or _by_links(path, places, catalog)
        or Found(relative, path, ())
    )


def real_name(path: bytes) -> bytes:
    """The document that *path*, a file or an object, leads to where it is a link."""
    return os.path.realpath(path) if os.path.islink(path) else path


def _by_hash(path: bytes, places: Places, catalog: Catalog) -> Found | None:
    try:
        sha256 = remote.read_document(path, b"/", places)[1].sha256
    except DocumentError:
        return None
    return find_by_hash(path, sha256, places, catalog)


def _by_links(path: bytes, places: Places, catalog: Catalog) -> Found | None:
    try:
        data, _ = remote.read_document(path, b"/", places)
    except DocumentError:
        return None
    return find_by_links(path, data, places, catalog)
