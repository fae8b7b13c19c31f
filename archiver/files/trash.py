"""Files that were taken out and may still be wanted: kept for a while, then deleted for good."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from archiver.errors import RunError
from archiver.files.blobs import TouchedFolders, place_blob
from archiver.files.trees import OwnFile, list_files, remove_empty_folders, remove_file

_RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")  # as `archiver.journal.new_run_id` names one


class Trash:
    """A private folder with a folder for each run that took files out, named as that run.

    Call what changes it only while holding the lock.

    Args:
        folder: made when the first file comes.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._touched = TouchedFolders(folder)

    def put(self, source: str, run_id: str, path: str) -> None:
        """Move the file *source* to *path* below the folder of a run; durable after `flush`.

        Raises:
            DiskFullError, RunError: it stays where it was.
        """
        target = os.path.join(self.folder, run_id, path)
        self._touched.prepare(os.path.dirname(target))
        place_blob(source, target)

    def find(self, path: str) -> str | None:
        """Where the file that was put last as *path* is; None: it is not here."""
        for run_id in reversed(self.runs()):
            found = os.path.join(self.folder, run_id, path)
            if os.path.isfile(found) and not os.path.islink(found):
                return found
        return None

    def runs(self) -> list[str]:
        """The runs that have files here, oldest first.

        What else lies here was put by somebody else. A link is never one of them: what is deleted
        of a run may be somebody's, wherever the link leads.
        """
        try:
            with os.scandir(self.folder) as scan:
                return sorted(
                    entry.name
                    for entry in scan
                    if _RUN.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
                )
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RunError(f"{self.folder}: {error.strerror}") from error

    def files(self, run_id: str) -> Iterator[OwnFile]:
        """The files that a run took out."""
        return list_files(os.path.join(self.folder, run_id))

    def delete(self, run_id: str) -> None:
        """Delete what a run took out."""
        for file in self.files(run_id):
            remove_file(os.path.join(self.folder, run_id, file.path))
        remove_empty_folders(self.folder)

    def flush(self) -> None:
        """Return when the names of all files put before are durable."""
        self._touched.sync()
