"""What a document asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image that a document shows.

    Attributes:
        url: of the reference; http, https or file.
        attributes: of the reference's element.
        document_url: of the document, where it has one.
        root: the folder below which local images are taken.
        date: of the document; a web archive is asked for the capture nearest to it.
        quality: as `PlanningSettings.quality`, where the document's source has its own; "": as
            everywhere.
    """

    url: str
    attributes: Mapping[str, str]
    document_url: str | None
    root: bytes
    date: datetime | None = None
    quality: Literal["", "clean", "original"] = ""


def stated_size(attributes: Mapping[str, str]) -> tuple[int, int]:
    """Width and height in pixels that the element states, the largest of each; 0 for none.

    >>> stated_size({"width": "640", "data-rawwidth": "1280", "height": "50%"})
    (1280, 0)
    """
    return (
        _largest(attributes, ("width", "w", "data-rawwidth")),
        _largest(attributes, ("height", "h", "data-rawheight")),
    )


def _largest(attributes: Mapping[str, str], names: tuple[str, ...]) -> int:
    texts = (attributes.get(name, "").strip().removesuffix("px") for name in names)
    return max((int(t) for t in texts if t.isascii() and t.isdigit() and len(t) < 6), default=0)
