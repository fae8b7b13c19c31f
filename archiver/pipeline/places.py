"""Where things lie: the base folder, and the archive and the state below it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from archiver.errors import ConfigError
from archiver.redact import redact
from archiver.storage.addresses import clean_object_url, is_object_path, is_object_url
from archiver.storage.settings import ObjectSettings

LOCAL_ARCHIVE, LOCAL_STATE = "archive", ".archiver"


@dataclass(frozen=True, slots=True)
class Places:
    """Folders of a run.

    Attributes:
        base: absolute real path; the journal's paths are relative to it, with ``/``.
        archive_folder, state: absolute paths.
        archive: `archive_folder` relative to `base`, with ``/``. Paths of an archive on an object
            store begin with ``archive/`` all the same: it may move there, and from there.
        archive_url, state_url: of an object store; "": the folders are all there is. With a
            `state_url`, `state` is a local copy of what is there, and what no other machine needs.
        objects: how that is spoken to.
    """

    base: bytes
    archive_folder: str
    state: str
    archive: str
    archive_url: str = ""
    state_url: str = ""
    objects: ObjectSettings = field(default_factory=ObjectSettings)

    @classmethod
    def of(
        cls, base: str, archive: str, state: str, objects: ObjectSettings | None = None
    ) -> Places:
        """The places below *base*; *archive* and *state* count from it, or are URLs."""
        real = os.path.realpath(base)
        archive_url, archive = _split(archive, LOCAL_ARCHIVE)
        state_url, state = _split(state, LOCAL_STATE)
        archive_folder = os.path.normpath(os.path.join(real, archive))
        return cls(
            os.fsencode(real),
            archive_folder,
            os.path.normpath(os.path.join(real, state)),
            os.path.relpath(archive_folder, real),
            archive_url,
            state_url,
            objects or ObjectSettings(),
        )

    @property
    def base_text(self) -> str:
        return os.fsdecode(self.base)

    def relative(self, path: bytes) -> bytes:
        """*path*, absolute, relative to the base folder; that of an object is its URL."""
        if is_object_path(path):
            return path
        inside = path.removeprefix(self.base + b"/")
        return inside if len(inside) < len(path) else os.path.relpath(path, self.base)

    def absolute(self, relative: bytes) -> bytes:
        if is_object_path(relative):
            return relative
        return os.path.normpath(os.path.join(self.base, relative))


def local_state(state: str) -> str:
    """The folder below a base folder that says an archive is there.

    >>> local_state("s3://pictures/state"), local_state("private")
    ('.archiver', 'private')
    """
    return _split(state, LOCAL_STATE)[1]


def check_places(archive: str, state: str, link_prefix: str) -> None:
    """Of folders and object stores: that the URLs are good, and that links can lead there.

    Raises:
        ConfigError: one of them is not.
    """
    for key, place in (("archive", archive), ("state", state)):
        try:
            if "://" in place:
                clean_object_url(place)
        except ValueError as error:
            raise ConfigError(f"{key} = {redact(place)!r}", str(error)) from error
    if is_object_url(archive) and not link_prefix:
        raise ConfigError(
            f'link_prefix = "" with archive = "{archive}"',
            "no relative link leads there; add where that is served, e.g.\n"
            'link_prefix = "https://pictures.example.com/"',
        )


def _split(place: str, local: str) -> tuple[str, str]:
    """The URL of *place* ("": none), and its folder here."""
    return (clean_object_url(place), local) if is_object_url(place) else ("", place)
