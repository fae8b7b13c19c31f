"""What `check_documents` finds, in short."""

from __future__ import annotations

import os
from pathlib import Path

from archiver.checking import Problem, ProblemKind, check_documents
from archiver.config import load_config


def found_in(folder: Path, *sources: str, since: str | None = None) -> list[str]:
    """``document:line:column url-or-link`` of each problem; documents relative to *folder*."""
    found = []
    for one in check_documents(sources or (".",), load_config(), since):
        assert isinstance(one, Problem), one
        name = os.path.relpath(os.fsdecode(one.document), folder)
        is_remote = one.kind is ProblemKind.REMOTE
        link = one.reference.url if is_remote else os.fsdecode(one.reference.raw)
        found.append(f"{name}:{one.line}:{one.column} {link}")
    return found
