"""The documents of an object store: ``s3://bucket/posts/*.md``, a folder there, or one object."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from archiver.errors import NothingThereError, UsageError
from archiver.sources.folders import SUFFIXES, SourceFile
from archiver.sources.globs import Glob, compile_glob, split_glob
from archiver.sources.named import SourceSettings
from archiver.storage.addresses import clean_object_url
from archiver.storage.bucket import Bucket, ObjectFacts, open_bucket
from archiver.storage.settings import ObjectSettings

_PASSED_OVER = frozenset(("node_modules", "_site"))


def find_objects(
    sources: Sequence[str],
    settings: SourceSettings,
    own_urls: Sequence[str],
    objects: ObjectSettings,
) -> Iterator[SourceFile]:
    """The documents that *sources* name, each once, in the order of sources, then of names.

    Args:
        own_urls: of archive and state, which are passed over.

    Raises:
        UsageError: a source is no URL of an object store, or its store cannot be used.
        NothingThereError: nothing is there.
        RunError: the server refuses or does not answer.
    """
    seen: set[bytes] = set()
    for source in sources:
        for file in _find(source, settings, own_urls, objects):
            if file.path not in seen:
                seen.add(file.path)
                yield file


def _find(
    source: str, settings: SourceSettings, own_urls: Sequence[str], objects: ObjectSettings
) -> Iterator[SourceFile]:
    folder, pattern = split_glob(source) or (source, "")
    try:
        bucket = open_bucket(clean_object_url(folder), objects)
    except ValueError as error:
        raise UsageError(f"{source}: {error}") from error
    only = compile_glob(pattern, is_anchored=True) if pattern else None
    include, exclude = (tuple(map(compile_glob, p)) for p in (settings.include, settings.exclude))
    is_empty = True
    for facts in sorted(bucket.list(), key=lambda facts: facts.path):
        is_empty = False
        own = any(f"{bucket.url}/{facts.path}".startswith(f"{url}/") for url in own_urls)
        if not own and _is_wanted(facts.path, only, include, exclude):
            yield _describe(bucket, facts)
    if is_empty and pattern:
        raise NothingThereError(f"{source}: nothing is there")
    if is_empty:
        yield _find_one(bucket.url, objects)


def _find_one(url: str, objects: ObjectSettings) -> SourceFile:
    folder, _, name = url.rpartition("/")
    facts = None
    if folder.count("/") >= 2 and not folder.endswith("//"):
        bucket = open_bucket(folder, objects)
        facts = bucket.head(name)
    if facts is None:
        raise NothingThereError(f"{url}: nothing is there")
    return _describe(bucket, facts)


def _is_wanted(
    path: str, only: Glob | None, include: tuple[Glob, ...], exclude: tuple[Glob, ...]
) -> bool:
    """As in a folder: by its suffix, or by a pattern that names its kind."""
    relative, parts = os.fsencode(path), path.split("/")
    if {"", ".", ".."} & set(parts):
        return False  # a copy of it would land elsewhere
    has_suffix = os.path.splitext(relative)[1].lower() in SUFFIXES
    if any(glob.covers(relative) for glob in exclude):
        return False
    if any(glob.takes(relative, has_suffix) for glob in include):
        return True
    if any(part.startswith(".") or part in _PASSED_OVER for part in parts):
        return False
    return only.takes(relative, has_suffix) if only else has_suffix


def _describe(bucket: Bucket, facts: ObjectFacts) -> SourceFile:
    root, relative = os.fsencode(bucket.url), os.fsencode(facts.path)
    return SourceFile(
        root + b"/" + relative, root, relative, facts.size_bytes, facts.modified_ns, facts.number
    )
