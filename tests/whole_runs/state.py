"""What is left of a run, and what is wrong with it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from archiver.catalog import Catalog
from archiver.journal import read_facts
from archiver.model import ImageRecord
from whole_runs.scenes import Scene

_LINK = re.compile(rb"[\w./%-]*archive/(?:assets|thumbnails|sanitized)/[\w./-]+")
_TEMPORARY = re.compile(
    r"(?:.*/)?(?:\.[0-9a-f]{16}\.[0-9TZ]{16}-[0-9a-f]{8}\.arch(?:\.old)?~|\.[0-9a-f]{16}\.new\.arch~)"
)
_STATE = re.compile(
    r"lock|\.gitignore|catalog\.sqlite(?:-journal)?|journal/[0-9TZ]{16}-[0-9a-f]{8}\.ndjson"
    r"|tmp/[0-9a-f]{24}\.part|originals/[0-9a-f]{2}/[0-9a-f]{64}"
)


@dataclass(frozen=True, slots=True)
class Clean:
    """What a run that nothing stopped makes of a scene.

    Attributes:
        files: path → bytes, all but the state.
        answers: see `answers`.
    """

    files: dict[str, bytes]
    answers: dict[str, Any]


def look(scene: Scene, base: Path) -> Clean:
    """What there is."""
    return Clean(_files(scene, base), answers(base / scene.home))


def answers(home: Path) -> dict[str, Any]:
    """What the catalog says, but for times; read without changing anything."""
    with _open(home) as catalog:
        images = {
            i.url: (
                i.outcome, i.reason, i.digest, i.path, i.sanitized, i.media_type, i.size_bytes,
                i.width_px, i.height_px, i.flags, sorted(i.thumbnails.items()), i.requested_url,
            )
            for i in catalog.images()
        }  # fmt: skip
        stories = {path: catalog.story(path) for path in catalog.document_paths()}
        return {
            "images": images,
            "rewrites": {
                path: [(r.sha256_before, r.sha256_after, r.splices) for r in story.rewrites]
                for path, story in stories.items()
            },
            "states": {
                path: (state.sha256, bool(state.retry_at))
                for path, state in catalog.all_document_states().items()
            },
            "is unfinished": catalog.has_unfinished(),
        }


def broken(scene: Scene, base: Path, clean: Clean) -> list[str]:
    """What breaks a promise, whatever moment the run was stopped at."""
    return [
        *_mixed(scene, base, clean),
        *_bad_links(scene, base),
        *_bad_blobs(scene, base, clean),
        *_bad_records(base / scene.home),
        *_bad_state(base / scene.home),
    ]


def unlike(scene: Scene, base: Path, clean: Clean) -> list[str]:
    """How the end of the job differs from that of a clean run."""
    found = look(scene, base)
    paths = sorted(found.files.keys() | clean.files.keys())
    state = base / scene.home / ".archiver"
    return [
        *(f"{p}: differs" for p in paths if found.files.get(p) != clean.files.get(p)),
        *(
            f"catalog, {key}: {found.answers[key]!r} and not {value!r}"
            for key, value in clean.answers.items()
            if found.answers[key] != value
        ),
        *(f"left in tmp: {name}" for name in _names(state / "tmp")),
        *(f"kept: {name}" for name in _names(state / "conflicts")),
        *(["left: catalog.sqlite-journal"] if (state / "catalog.sqlite-journal").exists() else []),
    ]


def _open(home: Path) -> Catalog:
    state = home / ".archiver"
    return Catalog(str(state / "catalog.sqlite"), str(state / "journal"), read_only=True)


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def _files(scene: Scene, base: Path) -> dict[str, bytes]:
    state = base / scene.home / ".archiver"
    return {
        str(path.relative_to(base)): path.read_bytes()
        for path in base.rglob("*")
        if path.is_file() and not path.is_relative_to(state)
    }


def _mixed(scene: Scene, base: Path, clean: Clean) -> Iterator[str]:
    """I1 and I7: a file is as before, as after, or a temporary one of ours."""
    files = _files(scene, base)
    for path, data in files.items():
        if _TEMPORARY.fullmatch(path):
            continue
        if path not in clean.files:
            yield f"{path}: nothing we make"
        elif data not in (scene.files.get(path, data), clean.files[path]):
            yield f"{path}: neither old nor new"
        elif path not in scene.files and data != clean.files[path]:
            yield f"{path}: not whole"
    yield from (f"{path}: gone" for path in scene.files if path not in files)


def _bad_links(scene: Scene, base: Path) -> Iterator[str]:
    """I2: what a document names is there."""
    archive = base / scene.home / "archive"
    for path, data in _files(scene, base).items():
        if (base / path).is_relative_to(archive) or _TEMPORARY.fullmatch(path):
            continue
        for link in _LINK.findall(data):
            target = (base / path).parent / os.fsdecode(unquote_to_bytes(link))
            if not target.is_file():
                yield f"{path}: names {os.fsdecode(link)}, which is missing"


def _bad_blobs(scene: Scene, base: Path, clean: Clean) -> Iterator[str]:
    """I4: a blob's name is its hash."""
    for path in (base / scene.home / "archive" / "assets").rglob("*"):
        is_blob = path.is_file() and not path.name.endswith(".part")
        if is_blob and path.name.partition(".")[0] != _sha256(path.read_bytes()):
            yield f"{path.name}: not what its name says"
    for path in (base / scene.home / ".archiver" / "originals").rglob("*"):
        if path.is_file() and path.name != _sha256(path.read_bytes()):
            yield f"originals/{path.name}: not what its name says"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _bad_records(home: Path) -> Iterator[str]:
    """I3: what the journal and the catalog say we have, we have."""
    facts = (fact for _, fact in read_facts(str(home / ".archiver" / "journal")))
    yield from _missing(home, "journal", (f for f in facts if isinstance(f, ImageRecord)))
    with _open(home) as catalog:
        yield from _missing(home, "catalog", catalog.images())


def _missing(home: Path, where: str, records: Iterable[ImageRecord]) -> Iterator[str]:
    for record in records:
        for path in {record.path, record.sanitized, *record.thumbnails.values()} - {""}:
            if not (home / path).is_file():
                yield f"{where}: {path} of {record.url} is missing"


def _bad_state(home: Path) -> Iterator[str]:
    """I7, in the state: nothing but what we know to be there."""
    state = home / ".archiver"
    for path in state.rglob("*"):
        name = path.relative_to(state).as_posix()
        if path.is_file() and not _STATE.fullmatch(name):
            yield f".archiver/{name}: nothing we make"
