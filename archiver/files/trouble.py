"""What an error of the system means for the run."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from archiver.errors import DiskFullError, DocumentError, RunError
from archiver.files.calls import AnyPath

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
BROKEN = frozenset({errno.EIO})


def shown(path: AnyPath) -> str:
    """*path* as text that can be printed: bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


@contextmanager
def run_trouble(path: AnyPath) -> Iterator[None]:
    """Turn an OSError on one of our own files into an error that ends the run.

    Raises:
        DiskFullError: no space or quota is left.
        RunError: anything else.
    """
    try:
        yield
    except OSError as error:
        raise _translated(path, error) from error


@contextmanager
def document_trouble(path: AnyPath) -> Iterator[None]:
    """Turn an OSError on a document into an error of this document, where it is only that.

    Raises:
        DiskFullError: no space or quota is left.
        RunError: the disk fails.
        DocumentError: anything else; the reason is the system's own sentence.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL | BROKEN:
            raise _translated(path, error) from error
        raise DocumentError(shown(path), _reason(error)) from error


def _translated(path: AnyPath, error: OSError) -> RunError:
    if error.errno in FULL:
        return DiskFullError(shown(path), _reason(error))
    return RunError(f"{shown(path)}: {_reason(error)}")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
