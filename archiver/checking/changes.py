"""What a change touches: git's comparison of the working tree with where a branch began."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from archiver.errors import UsageError
from archiver.sources.git import ask_git

_REGULAR = (b"100644", b"100755")
# --raw names blobs by their id, so no path has to be said to git again; -M finds renamed files.
_DIFF = (
    "-c", "diff.renameLimit=2000", "diff", "--raw", "-z", "-M", "--no-abbrev", "--no-relative",
    "--no-ext-diff", "--no-textconv", "--ignore-submodules",
)  # fmt: skip
_UNTRACKED = ("ls-files", "--others", "--exclude-standard", "-z")


@dataclass(frozen=True, slots=True)
class Old:
    """What a file was before the change.

    Attributes:
        path: absolute; another one where it was renamed.
        blob: git's id of its bytes; "" where it was no regular file.
    """

    path: bytes
    blob: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a change touches, by absolute path.

    Attributes:
        top: the folder of the repository.
        old: of each file that was changed or renamed, what it was; None: it is new.
        removed: the files that are gone, renamed ones under their old names.
    """

    top: bytes
    old: Mapping[bytes, Old | None] = field(default_factory=dict)
    removed: frozenset[bytes] = frozenset()

    def was_file(self, path: bytes) -> bool:
        """Whether *path* was a file before the change."""
        if path in self.removed:
            return True
        is_new = path in self.old and self._is_new(self.old[path], path)
        return not is_new and os.path.isfile(path)

    @staticmethod
    def _is_new(old: Old | None, path: bytes) -> bool:
        return old is None or old.path != path


def read_changes(folder: bytes, ref: str) -> Changes:
    """What the working tree has that *ref* lacks, from where both parted; files that git does not
    know yet included, but for those it ignores.

    Raises:
        UsageError: no repository, no such commit, or no common ancestor.
    """
    top = _ask(folder, ref, "rev-parse", "--show-toplevel").rstrip(b"\n")
    base = _find_base(top, ref)
    old: dict[bytes, Old | None] = {}
    removed = set()
    for status, mode, blob, names in _entries(_ask(top, ref, *_DIFF, base, "--")):
        paths = [os.path.join(top, name) for name in names]
        before = Old(paths[0], blob if mode in _REGULAR else "")
        if status in (b"D", b"R"):
            removed.add(paths[0])
        if status != b"D":
            old[paths[-1]] = None if status == b"A" else before
    for name in _ask(top, ref, *_UNTRACKED).split(b"\0")[:-1]:
        old[os.path.join(top, name)] = None
    return Changes(top, old, frozenset(removed - old.keys()))


def read_blobs(top: bytes, blobs: Iterable[str]) -> dict[str, bytes]:
    """Id → bytes of each of *blobs*.

    Raises:
        UsageError: git cannot read one (a partial clone without its remote).
    """
    wanted = [blob for blob in dict.fromkeys(blobs) if blob]
    if not wanted:
        return {}
    answer = _ask(top, "", "cat-file", "--batch", text="\n".join(wanted).encode() + b"\n")
    found, place = {}, 0
    for blob in wanted:
        head, _, _ = answer[place : place + 200].partition(b"\n")
        words = head.split(b" ")
        if len(words) != 3:
            raise UsageError(f"git cannot read what {blob} was; fetch the whole history")
        start = place + len(head) + 1
        found[blob] = answer[start : start + int(words[2])]
        place = start + int(words[2]) + 1
    return found


def _find_base(top: bytes, ref: str) -> str:
    commit = _run(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if commit.returncode != 0:
        raise UsageError(f"--since {ref}: no such commit here; fetch it, or name another")
    base = _run(top, "merge-base", commit.stdout.decode().strip(), "HEAD")
    if base.returncode != 0:
        advice = "a shallow clone? fetch the whole history (fetch-depth: 0)"
        raise UsageError(f"--since {ref}: no common ancestor with HEAD is known; {advice}")
    return base.stdout.decode().split()[0]


def _entries(raw: bytes) -> Iterator[tuple[bytes, bytes, str, list[bytes]]]:
    """Status letter, old mode, old blob and path (for a rename old and new) of each line.

    The form: ``:100644 100644 <id> <id> M`` NUL path NUL; ``R086`` NUL old NUL new NUL.
    """
    parts = iter(raw.split(b"\0")[:-1])
    for head in parts:
        mode, _, blob, _, status = head.removeprefix(b":").split(b" ")
        names = [next(parts)]
        if status[:1] in (b"R", b"C"):
            names.append(next(parts))
        yield status[:1], mode, blob.decode(), names


def _ask(folder: bytes, ref: str, *arguments: str, text: bytes | None = None) -> bytes:
    answer = _run(folder, *arguments, text=text)
    if answer.returncode != 0:
        problem = answer.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UsageError(f"--since {ref}: {problem}")
    return answer.stdout


def _run(
    folder: bytes, *arguments: str, text: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    try:
        return ask_git(folder, *arguments, text=text)
    except FileNotFoundError as error:
        raise UsageError("--since asks git, which is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"git did not answer within {error.timeout:.0f} s") from error
