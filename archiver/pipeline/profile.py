"""How the documents of one source are read and rewritten."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from archiver.formats import ReadingSettings
from archiver.pipeline.document_limits import DocumentLimits
from archiver.pipeline.linking import Linker
from archiver.pipeline.places import Places
from archiver.pipeline.smaller import Shrinker
from archiver.rewrite.links import RewriteSettings


@dataclass(frozen=True, slots=True)
class DocumentSettings:
    """How documents are read and rewritten.

    Attributes:
        thumbnail: the name of the thumbnail that front matter's thumbnail fields are given; "" for
            none.
        whole_thumbnails: the names of those that show the whole picture.
        base_url: the address the documents were taken from; "": their own place.
        quality: of their pictures; one that others name as well is had once, as the document that
            asks first wants it.
    """

    reading: ReadingSettings = field(default_factory=ReadingSettings)
    rewrite: RewriteSettings = field(default_factory=RewriteSettings)
    limits: DocumentLimits = field(default_factory=DocumentLimits)
    thumbnail: str = ""
    whole_thumbnails: tuple[str, ...] = ()
    base_url: str = ""
    quality: Literal["clean", "original"] = "clean"


class Profile:
    """Settings, and what makes links by them."""

    def __init__(self, places: Places, settings: DocumentSettings) -> None:
        self.settings = settings
        self.linker = Linker(
            places,
            settings.rewrite,
            settings.thumbnail,
            settings.reading.thumbnail_fields,
            settings.base_url,
        )
        self.shrinker = Shrinker(
            self.linker, settings.rewrite, settings.thumbnail, settings.whole_thumbnails
        )
