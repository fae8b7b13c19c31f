"""Where things lie: the base folder, and the archive and the state below it."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Places:
    """Folders of a run.

    Attributes:
        base: absolute real path; the journal's paths are relative to it, with ``/``.
        archive_folder, state: absolute paths.
        archive: `archive_folder` relative to `base`, with ``/``.
    """

    base: bytes
    archive_folder: str
    state: str
    archive: str

    @classmethod
    def of(cls, base: str, archive: str, state: str) -> Places:
        """The places below *base*; *archive* and *state* count from it."""
        real = os.path.realpath(base)
        archive_folder = os.path.normpath(os.path.join(real, archive))
        return cls(
            os.fsencode(real),
            archive_folder,
            os.path.normpath(os.path.join(real, state)),
            os.path.relpath(archive_folder, real),
        )

    @property
    def base_text(self) -> str:
        return os.fsdecode(self.base)

    def relative(self, path: bytes) -> bytes:
        """*path*, absolute, relative to the base folder."""
        inside = path.removeprefix(self.base + b"/")
        return inside if len(inside) < len(path) else os.path.relpath(path, self.base)

    def absolute(self, relative: bytes) -> bytes:
        return os.path.normpath(os.path.join(self.base, relative))
