"""Through the documents: which problems they have, or a change adds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice
from typing import Protocol

from archiver import files
from archiver.catalog import Catalog
from archiver.checking.changes import Changes, Old, read_blobs, read_changes
from archiver.checking.problems import Problem, added_problems, find_problems
from archiver.checking.rules import Rules
from archiver.config import Config
from archiver.errors import DocumentError, UsageError
from archiver.pipeline.state import open_catalog
from archiver.redact import escape
from archiver.sources import SourceFile, SourceSettings, find_documents

_BATCH = 200  # documents whose old bytes are in memory at a time

Outcome = Problem | DocumentError


def check_documents(
    sources: Sequence[str], config: Config, since: str | None = None
) -> Iterator[Outcome]:
    """The problems of the documents of *sources*, and the errors of those that cannot be read.

    Args:
        sources: files, folders and globs.
        since: only what the working tree has more than this commit of git.

    Raises:
        UsageError: a source or *since* cannot be used, at the first step; or a document is not in
            the repository that *since* is asked of.
    """
    with ExitStack() as stack:
        rules = Rules(config, _Known(config, stack).is_archived)
        find = partial(find_problems, rules=rules, settings=config.reading)
        documents = find_documents(sources, SourceSettings(), _own_folders(config))
        if since is None:
            for document in documents:
                yield from _all_problems(document, find)
        else:
            changes = read_changes(os.getcwdb(), since)
            inside = _refuse_others(documents, changes.top, since)
            touched = (file for file in inside if changes.removed or file.path in changes.old)
            while batch := list(islice(touched, _BATCH)):
                yield from _new_problems(batch, changes, find)


class _Known:
    """What the archive holds; its catalog is opened when it is asked for the first time."""

    def __init__(self, config: Config, stack: ExitStack) -> None:
        self._stack = stack
        self._places = config.places()
        self._catalog: Catalog | None = None

    def is_archived(self, url: str) -> bool:
        if self._catalog is None:
            here = os.path.join(self._places.state, "journal")
            if not os.path.isdir(here) and not self._places.state_url:
                return False
            self._catalog = self._stack.enter_context(open_catalog(self._places, read_only=True))
        record = self._catalog.find_image(url)
        return record is not None and record.outcome.is_had


class _Find(Protocol):
    def __call__(
        self, data: bytes, document: bytes, *, is_file: Callable[[bytes], bool]
    ) -> list[Problem]: ...


def _own_folders(config: Config) -> list[str]:
    places = config.places()
    return [places.archive_folder, places.state]


def _refuse_others(documents: Iterable[SourceFile], top: bytes, since: str) -> Iterator[SourceFile]:
    """*documents* as they come; one outside of the repository would look as if nothing changed."""
    inside = os.path.join(top, b"")
    for file in documents:
        if not file.path.startswith(inside):
            path, folder = escape(os.fsdecode(file.path)), escape(os.fsdecode(top))
            raise UsageError(f"--since {since}: {path} is not in the repository here, {folder}")
        yield file


def _all_problems(file: SourceFile, find: _Find) -> Iterator[Outcome]:
    data = _read(file)
    if isinstance(data, DocumentError):
        yield data
    else:
        yield from find(data, file.path, is_file=os.path.isfile)


def _new_problems(
    documents: Sequence[SourceFile], changes: Changes, find: _Find
) -> Iterator[Outcome]:
    """The problems that the change adds to *documents*.

    One that it does not touch can have some as well: a picture that it shows may be gone.
    """
    before = {file.path: _before(file, changes) for file in documents}
    blobs = read_blobs(changes.top, (old.blob for old in before.values() if old))
    for file in documents:
        data = _read(file)
        if isinstance(data, DocumentError):
            yield data
            continue
        old = before[file.path]
        known = (
            find(blobs.get(old.blob, b"") if file.path in changes.old else data, old.path,
                 is_file=changes.was_file)
            if old else []
        )  # fmt: skip
        yield from added_problems(known, find(data, file.path, is_file=os.path.isfile))


def _before(file: SourceFile, changes: Changes) -> Old | None:
    return changes.old[file.path] if file.path in changes.old else Old(file.path, "")


def _read(file: SourceFile) -> bytes | DocumentError:
    try:
        return files.read_document(file.path, file.root)[0]
    except DocumentError as error:
        return error
