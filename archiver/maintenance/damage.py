"""Files of the archive against what the journal says of them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from archiver import files
from archiver.imaging.signatures import find_type
from archiver.imaging.structure import walk_structure
from archiver.model import ImageRecord
from archiver.pipeline.places import Places
from archiver.storage.layout import below_archive, digest_in


class DamageKind(StrEnum):
    """What is wrong."""

    MISSING = "missing"
    DAMAGED = "damaged"
    BROKEN_LINK = "broken link"


@dataclass(frozen=True, slots=True)
class Damage:
    """A file of the archive that is not what it should be, or a link that leads nowhere.

    Attributes:
        path: of the file, below the archive folder.
        reason: ``size`` with both sizes, ``digest``, ``truncated``, …
        records: of the pictures it belongs to.
        document: of a broken link, relative to the base folder.
    """

    kind: DamageKind
    path: str
    reason: str = ""
    records: tuple[ImageRecord, ...] = ()
    document: str = ""

    @property
    def name(self) -> str:
        """What the report calls it."""
        return self.document or f"archive/{self.path}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the journal says of a file.

    Attributes:
        size_bytes: 0 where the journal does not tell: thumbnails and harmless forms.
    """

    records: tuple[ImageRecord, ...]
    size_bytes: int = 0


def expect_files(records: Iterable[ImageRecord]) -> dict[str, Expected]:
    """Path below the archive folder → what is expected there, sorted by path."""
    found: dict[str, list[ImageRecord]] = defaultdict(list)
    sizes: dict[str, int] = {}
    for record in records:
        blob = below_archive(record.path)
        sizes[blob] = record.size_bytes
        for path in {blob, *map(below_archive, (record.sanitized, *record.thumbnails.values()))}:
            if path:
                found[path].append(record)
    return {path: Expected(tuple(found[path]), sizes.get(path, 0)) for path in sorted(found)}


def check_files(
    expected: Mapping[str, Expected], places: Places, is_reading: bool
) -> Iterator[Damage]:
    """What is wrong with the files.

    Args:
        is_reading: read them too: a blob's digest must be its name's, another file whole.
    """
    for path, one in expected.items():
        problem = check_file(f"{places.archive_folder}/{path}", path, one.size_bytes, is_reading)
        if problem is not None:
            yield Damage(*problem[:1], path, problem[1], one.records)


def check_file(
    file: str, path: str, size_bytes: int, is_reading: bool
) -> tuple[DamageKind, str] | None:
    """What is wrong with a file, and why; None: nothing.

    Args:
        path: its path below the archive folder.
        size_bytes: expected; 0: any but none.
    """
    try:
        found = os.stat(file, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            return DamageKind.DAMAGED, "no regular file"
        if not found.st_size or found.st_size != (size_bytes or found.st_size):
            wanted = f", {size_bytes} expected" if size_bytes else ""
            return DamageKind.DAMAGED, f"{found.st_size} bytes{wanted}"
        defect = _defect(file, path) if is_reading else ""
    except (FileNotFoundError, NotADirectoryError):
        return DamageKind.MISSING, ""
    except OSError as error:
        return DamageKind.DAMAGED, (error.strerror or str(error)).lower()
    return (DamageKind.DAMAGED, defect) if defect else None


def _defect(file: str, path: str) -> str:
    """What is wrong with the bytes; "" for nothing.

    A blob must have the digest in its name, however broken the picture came: its bytes are kept as
    they were.
    """
    data = files.read_bytes(file)
    if path.startswith("assets/") and (digest := digest_in(path)):
        is_it = digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
        return "" if is_it else "not the bytes of its digest"
    if path.startswith("assets/"):
        return ""
    kind = find_type(data)
    return "no picture" if kind is None else walk_structure(kind.name, data).defect
