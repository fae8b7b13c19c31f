"""Files, folders and globs by name; a file that is named is always taken."""

# paths are bytes, which pathlib doesn't take.

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from archiver.errors import UsageError
from archiver.redact import escape, redact
from archiver.sources.folders import OnUnreadable, SourceFile, Walk, describe, walk_folder
from archiver.sources.globs import Glob, compile_glob, split_glob
from archiver.storage.addresses import is_object_url

logger = logging.getLogger(__name__)

_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}

Patterns = Annotated[tuple[str, ...], msgspec.Meta(description="a list of patterns like drafts/**")]


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Exceptions to the rules of a folder; patterns as in `globs`, counted from the folder.

    Attributes:
        include: taken too, though suffix, git or folder name speak against it. A folder that is
            passed over is entered where a pattern spells its name (``.notes/**``).
        exclude: never taken, nor copied with ``-o``; it wins over `include`.
    """

    include: Patterns = ()
    exclude: Patterns = ()


def log_unreadable(path: bytes, error: OSError) -> None:
    """Log a folder that can't be listed."""
    logger.warning("unreadable folder=%s reason=%s", os.fsdecode(path), error.strerror)


def find_documents(
    sources: Sequence[str],
    settings: SourceSettings,
    own_folders: Sequence[str] = (),
    *,
    want_all: bool = False,
    on_unreadable: OnUnreadable = log_unreadable,
) -> Iterator[SourceFile]:
    """The documents that *sources* name, each once, in the order of sources, then of names.

    The files of a folder come before those of its subfolders. Links to folders aren't followed;
    a link to a file counts where its target lies below the folder that was named.

    Args:
        sources: files, folders and globs, relative to the current folder.
        own_folders: archive, state and output; passed over whatever `include` says.
        want_all: of folders, the other files too (``is_document=False``).
        on_unreadable: is told of a folder that can't be listed; the walk goes on.

    Raises:
        UsageError: a source doesn't exist, or is neither file nor folder; at the call, before the
            first file.
    """
    own = [os.path.realpath(os.fsencode(folder)) for folder in own_folders]
    rules = Walk(
        root=b"",
        include=tuple(map(compile_glob, settings.include)),
        exclude=tuple(map(compile_glob, settings.exclude)),
        want_all=want_all,
        on_unreadable=on_unreadable,
    )
    return _each_once([_open(source, rules, own) for source in sources])


def _each_once(walks: list[Iterator[SourceFile]]) -> Iterator[SourceFile]:
    seen: set[bytes] = set()
    for walk in walks:
        for file in walk:
            if file.path not in seen:
                seen.add(file.path)
                yield file


def _open(source: str, rules: Walk, own: list[bytes]) -> Iterator[SourceFile]:
    _refuse_streams(source)
    try:
        status = os.stat(source)
    except (OSError, ValueError) as error:
        pattern = split_glob(source)
        if pattern is None or not os.path.isdir(pattern[0]):
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise UsageError(f"{escape(source)}: {reason}; name a file or a folder") from error
        return _open_folder(pattern[0], rules, own, (compile_glob(pattern[1], is_anchored=True),))
    if stat.S_ISDIR(status.st_mode):
        return _open_folder(source, rules, own, None)
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "no file")
        raise UsageError(f"{escape(source)}: is {kind}; name a file or a folder")
    folder, name = os.path.split(os.fsencode(source))
    root = os.path.realpath(folder or b".")
    path = os.path.join(root, name)
    return iter((describe(path, root, name, status, is_link=os.path.islink(path)),))


def _open_folder(
    folder: str, rules: Walk, own: list[bytes], only: tuple[Glob, ...] | None
) -> Iterator[SourceFile]:
    root = os.path.realpath(os.fsencode(folder))
    start = os.path.join(root, b"")
    passed_over = frozenset(path[len(start) :] for path in own if path.startswith(start))
    return walk_folder(
        Walk(
            root,
            only,
            rules.include,
            rules.exclude,
            passed_over,
            rules.want_all and only is None,
            rules.on_unreadable,
        )
    )


def is_url(source: str) -> bool:
    """Whether a name means a page or feed on the web, and no file."""
    return source.lower().startswith(("http://", "https://")) and not os.path.lexists(source)


def _refuse_streams(source: str) -> None:
    if source == "":
        raise UsageError("an empty name is no source; name a file or a folder")
    if source == "-":
        raise UsageError("-: only `archiver archive` reads standard input; name a file")
    if is_object_url(source):
        raise UsageError(f"{source}: only `archive`, `run` and `restore` read object stores")
    if is_url(source):
        raise UsageError(
            f"{redact(source)}: is a URL; this asks no network: archive the page, or name a file"
        )
