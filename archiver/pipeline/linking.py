"""What is written where a reference stood: the link to its copy, as that place needs it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from archiver.formats.front_matter import is_thumbnail_field
from archiver.model import DocumentTask, ImageRecord, Reading, Reference
from archiver.pipeline.places import Places
from archiver.rewrite.links import RewriteSettings, prefixed_link, relative_link
from archiver.storage.layout import below_archive

# Open Graph and its kin, but for Windows' tiles, which lead from the page.
_META = re.compile(r"(?:^|\s)meta (?!msapplication-)")


class Linker:
    """Makes links.

    Args:
        thumbnail: the name of the thumbnail that the front matter's *thumbnail_fields* are given;
            "" for none.
        base_url: the address the documents were taken from; "" for none.
    """

    def __init__(
        self,
        places: Places,
        settings: RewriteSettings,
        thumbnail: str,
        thumbnail_fields: Sequence[str],
        base_url: str = "",
    ) -> None:
        self._places, self._settings = places, settings
        self._thumbnail, self._thumbnail_fields = thumbnail, thumbnail_fields
        # Without a prefix the archive lies on the site as it lies here.
        own = prefixed_link("", places.archive).decode("ascii") + "/"
        prefix = settings.link_prefix or own
        self._absolute_prefix = urljoin(settings.site_url, prefix)
        bases = settings.site_url, base_url if settings.link_prefix else ""
        web = {urljoin(base, prefix) for base in bases}
        self._our_urls = tuple(url for url in web if _is_absolute(url))

    def link(
        self, reference: Reference, record: ImageRecord | None, task: DocumentTask, reading: Reading
    ) -> bytes | None:
        """What is written for *reference*, in the document's encoding; None: it stays as it is."""
        if record is None:
            return self._link_again(reference, task, reading)
        if not record.outcome.is_had:
            return None
        return self.link_to(self._path(reference, record), reference, task, reading)

    def relink(
        self,
        reference: Reference,
        task: DocumentTask,
        reading: Reading,
        instead: Mapping[str, str] = MappingProxyType({}),
    ) -> bytes | None:
        """What is written for a link to a file of the archive, whatever it was; None: it is none.

        A link to another archive's file is none of ours.

        Args:
            instead: path of a file → of the one to link to, both below the archive folder.
        """
        below = below_archive(urlsplit(reference.url).path)
        if not below or not os.path.isfile(f"{self._places.archive_folder}/{below}"):
            return None
        place = local_file(reference.url)
        inside = os.fsencode(self._places.archive_folder) + b"/"
        if os.path.isfile(place) and not os.path.realpath(place).startswith(inside):
            return None
        below = instead.get(below, below)
        return self.link_to(f"{self._places.archive}/{below}", reference, task, reading)

    def _link_again(
        self, reference: Reference, task: DocumentTask, reading: Reading
    ) -> bytes | None:
        """The link of a document that was moved: to a file of the archive, and leading nowhere."""
        place = local_file(reference.url)
        prefix = self._settings.link_prefix
        is_prefixed = prefix and urlsplit(reference.url).path.startswith(prefix)
        if not task.is_in_place or not place or is_prefixed or os.path.isfile(place):
            return None
        return self.relink(reference, task, reading)

    def link_to(
        self, path: str, reference: Reference, task: DocumentTask, reading: Reading
    ) -> bytes | None:
        """The same for *path*, relative to the base folder, where *reference* stands."""
        link = self._link(path, reference, task, reading.format)
        return link and link.decode("ascii").encode(reading.encoding)

    def link_sheet(self, sheet: Reference, task: DocumentTask, reading: Reading) -> bytes | None:
        """What is written for a style sheet that is saved as well; None: it was not had."""
        target = task.sheets.get(sheet.url)
        if target is None:
            return None
        link = relative_link(task.target, os.fsdecode(target))
        return link.decode("ascii").encode(reading.encoding)

    def is_ours(self, url: str) -> bool:
        """Whether *url* is where a copy of ours is, or will be, on the web."""
        return url.startswith(self._our_urls)

    def is_local(self, url: str) -> bool:
        """Whether *url*, read from a rewritten document, asks no foreign host."""
        prefix = self._settings.link_prefix
        if prefix and (url.startswith(prefix) or urlsplit(url).path.startswith(prefix)):
            return True
        return url.startswith("file:") or self.is_ours(url)

    def _link(
        self, path: str, reference: Reference, task: DocumentTask, format: str
    ) -> bytes | None:
        below = path.removeprefix(self._places.archive + "/")
        if needs_absolute_url(format, reference.role):
            prefix = self._absolute_prefix
            return prefixed_link(prefix, below) if _is_absolute(prefix) else None
        if self._settings.link_prefix:
            return prefixed_link(self._settings.link_prefix, below)
        return relative_link(task.target, f"{self._places.base_text}/{path}")

    def _path(self, reference: Reference, record: ImageRecord) -> str:
        """The picture's place; its thumbnail's for a field of the front matter that wants that."""
        field = reference.attributes.get("field", "")
        if field and is_thumbnail_field(field, self._thumbnail_fields):
            thumbnail = record.thumbnails.get(self._thumbnail, record.path)
            return thumbnail if thumbnail != record.path else record.shown_path
        return record.shown_path


def local_file(url: str) -> bytes:
    """The file that a ``file:`` URL names; b"" for another URL.

    >>> local_file("file:///a%20b/c.png"), local_file("https://h/c.png")
    (b'/a b/c.png', b'')
    """
    return unquote_to_bytes(urlsplit(url).path) if url.startswith("file:") else b""


def _is_absolute(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def needs_absolute_url(format: str, role: str) -> bool:
    """Whether what reads the place resolves no relative URL.

    >>> needs_absolute_url("html", "meta og:image"), needs_absolute_url("html", "img src")
    (True, False)
    """
    return format == "feed" or role.endswith("json-ld image") or _META.search(role) is not None
