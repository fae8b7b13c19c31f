"""What is said between the archiver and a worker process: frames of MessagePack on two pipes.

A frame is its length (4 bytes, big endian) and its body. The first frame to a worker is a
`Contract`, each further one a `Task`; a worker says hello with an empty `Answer`, then one `Answer`
a task. Nothing but plain data crosses: a decoder that was taken over by a picture can answer
nonsense, but not run code here, as it could through pickle.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import msgspec

from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.model import Picture, Sanitized

LENGTH_BYTES = 4
MAX_ANSWER_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Contract:
    """What holds for all tasks of a worker."""

    settings: ImagingSettings
    thumbnails: tuple[ThumbnailSettings, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A file to examine, or to sanitise where `marker` is given.

    `path` is in the file system's bytes, which need not be text.
    """

    path: bytes
    tolerant: bool = False
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """The fields of a `PictureError` but its URL, which is the task's path.

    `detail` is for the log: where the worker met an error nobody foresaw.
    """

    outcome: str
    reason: str
    is_transient: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A picture, a sanitised drawing or a failure; none of them: hello."""

    picture: Picture | None = None
    sanitized: Sanitized | None = None
    failure: Failure | None = None


def frame(message: Contract | Task | Answer) -> bytes:
    """The frame of *message*."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def read_length(head: bytes) -> int:
    """The length of the body that follows.

    Raises:
        ValueError: longer than any answer; whoever wrote it is not to be trusted.
    """
    length = int.from_bytes(head, "big")
    if length > MAX_ANSWER_BYTES:
        raise ValueError("a frame is too long")
    return length


def open_answer(body: bytes) -> Answer:
    """The answer in the body of a frame.

    Raises:
        ValueError: it is none (msgspec's errors are ValueErrors).
    """
    return msgspec.msgpack.decode(body, type=Answer)


def make_task(path: str, tolerant: bool = False, marker: str = "") -> Task:
    """The task to examine or sanitise the file at *path*."""
    return Task(os.fsencode(path), tolerant, marker)
