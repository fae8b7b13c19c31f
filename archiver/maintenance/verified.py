"""What the last look at an archive found, for `status`."""

from __future__ import annotations

import os

import msgspec

from archiver import files
from archiver.pipeline.places import Places

_FILE = "verified.json"


class LastVerify(msgspec.Struct, frozen=True):
    """What a look at the archive found.

    Attributes:
        when: RFC 3339 time.
        is_reading, has_documents: how thorough it was.
        files: looked at.
        left: how much was wrong at its end.
    """

    when: str
    is_reading: bool
    has_documents: bool
    files: int
    left: int


def read_last_verify(places: Places) -> LastVerify | None:
    """What the last look found; None: there was none, or nothing is known of it."""
    try:
        data = files.read_bytes(os.path.join(places.state, _FILE))
        return msgspec.json.decode(data, type=LastVerify)
    except (OSError, msgspec.DecodeError):
        return None


def write_last_verify(last: LastVerify, places: Places) -> None:
    """Remember *last*."""
    path = os.path.join(places.state, _FILE)
    files.write_new(path, msgspec.json.encode(last), mode=0o600, replace=True)
