"""The formats a document may have; a file is a format.

A format is a module with one function of the shape of `Reader`, named in `FORMATS`. To add one:
write the module, add its line, and give it cases under ``tests/``. One whose documents may be very
long has a second one, `read_parts`. Members are imported when first
used, so that importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Annotated, Literal, Protocol, cast

import msgspec

from archiver.formats.detect import detect_format, is_xhtml, tell_format
from archiver.formats.finder_settings import FinderSettings
from archiver.model import Reading

__all__ = [
    "FORMATS",
    "FinderSettings",
    "Reader",
    "ReadingSettings",
    "detect_format",
    "is_xhtml",
    "read_document",
    "read_parts",
    "reader",
    "tell_format",
]

FieldNames = Annotated[
    tuple[str, ...], msgspec.Meta(description="a list of front matter field names")
]


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """Where the right answer is a choice. Adjustments are always found; applying them is another.

    Attributes:
        image_fields: front matter fields that hold images, compared without case and ``-_ ``.
        image_values: whether any other field is one whose value is the URL of an image file.
        thumbnail_fields: those of them that are given the thumbnail.
        srcset: ``all`` entries of a srcset are references, or only the ``largest``.
        full_links: whether a link to the full-size file is a reference.
        smaller_copies: whether places for smaller copies of pictures are looked for.
        finders: places of HTML beside the built-in ones.
        data_urls: ``extract``: images that a ``data:`` URL holds are references; ``keep``: they
            are part of the document.
        is_moved: whether the document is saved elsewhere than its URL says: style sheets are found
            too, and whatever stays as it is becomes absolute. Of one document, not of all.
        charset: label of the answer's Content-Type, which outranks the document's own; "" for none.
            Of one document, too.
    """

    image_fields: FieldNames = (
        "image", "images", "img", "cover", "coverimage", "featuredimage", "featureimage",
        "headimg", "headimage", "headerimage", "header", "hero", "heroimage", "banner",
        "bannerimage", "thumbnail", "thumb", "photo", "photos", "picture", "poster", "avatar",
        "logo", "icon", "ogimage", "twitterimage", "socialimage", "teaser", "background",
        "backgroundimage", "gallery", "resources", "topimg", "indeximg",
    )  # fmt: skip
    image_values: bool = True
    thumbnail_fields: FieldNames = ("thumbnail",)
    srcset: Literal["all", "largest"] = "all"
    full_links: bool = True
    smaller_copies: bool = False
    finders: tuple[FinderSettings, ...] = ()
    data_urls: Literal["keep", "extract"] = "keep"
    is_moved: bool = False
    charset: str = ""


class Reader(Protocol):
    """What a format offers: `read` in its module."""

    def __call__(self, data: bytes, base_url: str | None, settings: ReadingSettings) -> Reading:
        """Find the references of *data*; whatever the bytes are, there is an answer."""
        ...


FORMATS = {
    "feed": "archiver.formats.feed",
    "html": "archiver.formats.html",
    "markdown": "archiver.formats.markdown",
    "stylesheet": "archiver.formats.stylesheet",
    "svg": "archiver.formats.svg",
}


def reader(name: str) -> Reader:
    """The reader of a format.

    Raises:
        ValueError: there is no such format.
    """
    return cast(Reader, _module(name).read)


def _module(name: str) -> ModuleType:
    if name not in FORMATS:
        raise ValueError(f"format {name!r}: expected one of {', '.join(sorted(FORMATS))}")
    return importlib.import_module(FORMATS[name])


def read_document(
    data: bytes,
    *,
    format: str | None = None,
    base_url: str | None = None,
    settings: ReadingSettings | None = None,
) -> Reading:
    """Find the references of a document.

    Args:
        data: the file, undecoded.
        format: a name of `FORMATS`; None: told from the bytes.
        base_url: the document's URL; None: only absolute URLs are references. A ``file:`` URL makes
            relative ones local images.

    Raises:
        ValueError: the format is not known, or the bytes are of none.

    >>> [r.url for r in read_document(b'<img src="//img.example/a.png">').references]
    ['https://img.example/a.png']
    """
    name = format or detect_format(data, None)
    if name is None:
        raise ValueError("the format cannot be told from the bytes; name one")
    return reader(name)(data, base_url, settings or ReadingSettings())


def read_parts(
    data: bytes, *, format: str, base_url: str | None, settings: ReadingSettings
) -> Iterator[Reading]:
    """As `read_document`, where a long document may be several readings: each in file order, all
    about other places of it, and one at least.
    """
    module = _module(format)
    if hasattr(module, "read_parts"):
        yield from module.read_parts(data, base_url, settings)
    else:
        yield module.read(data, base_url, settings)
