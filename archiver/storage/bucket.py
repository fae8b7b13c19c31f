"""Objects below a URL, by obstore: the one module that knows the library.

Its errors become ours here. Calls wait for the network and are safe from several threads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from archiver.errors import RunError, UsageError
from archiver.redact import redact
from archiver.storage.addresses import clean_object_url
from archiver.storage.settings import ObjectSettings, store_options

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Opened

_CODE = re.compile(r"<Code>(\w+)</Code>")
_REASONS = {
    "PermissionDeniedError": "the credentials do not allow it",
    "UnauthenticatedError": "credentials are missing or wrong (AWS_…, AZURE_…, GOOGLE_…)",
    "NotSupportedError": "the server cannot do that",
    "InvalidPathError": "no name for an object",
}
_PART_BYTES = 8 << 20

TagSpelling = Literal["quoted", "bare"]


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """What a server says of an object.

    Attributes:
        path: below the bucket's URL.
        tag: its ETag, with its quotes.
        modified: when it was put, by the server's clock; whole seconds on most.
    """

    path: str
    size_bytes: int
    tag: str
    modified: datetime

    @property
    def modified_ns(self) -> int:
        """Nanoseconds since 1970."""
        return int(self.modified.timestamp()) * 1_000_000_000

    @property
    def number(self) -> int:
        """Of the tag, as files have an inode: another content, another number."""
        digest = hashlib.blake2b(self.tag.strip('"').encode(), digest_size=7).digest()
        return int.from_bytes(digest, "big")


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object and what stands beside it: headers and own keys."""

    data: bytes
    facts: ObjectFacts
    headers: Mapping[str, str]


class Bucket:
    """The objects below a URL.

    Attributes:
        url: without a slash at its end.

    Raises:
        RunError: from any call: the server refuses or does not answer.
    """

    def __init__(self, url: str, opened: Opened) -> None:
        self.url, self._opened = url, opened

    def put(
        self, path: str, data: bytes | Path, headers: Mapping[str, str], *, in_parts: bool = False
    ) -> None:
        """Put *data* whole; whatever stood there before is replaced.

        Args:
            in_parts: as several requests, for what is too large for one.
        """
        import obstore

        with self._trouble(path):
            obstore.put(
                self._opened,
                path,
                data,
                attributes=dict(headers),
                use_multipart=in_parts,
                chunk_size=_PART_BYTES,
            )

    def create(self, path: str, data: bytes | Path, headers: Mapping[str, str]) -> bool:
        """Put *data* where nothing is; whether that was so.

        A server may ignore the condition and replace what is there: see `storage.probe`.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._trouble(path):
            try:
                obstore.put(self._opened, path, data, attributes=dict(headers), mode="create")
            except AlreadyExistsError:
                return False
        return True

    def replace(
        self, path: str, data: bytes, headers: Mapping[str, str], tag: str, spelling: TagSpelling
    ) -> bool:
        """Put *data* where the object still has *tag*; whether that was so.

        Args:
            spelling: how the server wants the tag; Ceph 16 knows its own only without quotes.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        wanted = tag if spelling == "quoted" else tag.strip('"')
        with self._trouble(path):
            try:
                obstore.put(
                    self._opened, path, data, attributes=dict(headers), mode={"e_tag": wanted}
                )
            except (PreconditionError, AlreadyExistsError, FileNotFoundError):
                return False
        return True

    def get(self, path: str) -> FoundObject:
        """The object at *path*.

        Raises:
            FileNotFoundError: there is none.
        """
        import obstore

        with self._trouble(path):
            try:
                found = obstore.get(self._opened, path)
                data = bytes(found.bytes())
            except FileNotFoundError:
                raise FileNotFoundError(f"{self.url}/{path}") from None
            return FoundObject(data, _facts(found.meta), dict(found.attributes))

    def head(self, path: str) -> ObjectFacts | None:
        """The facts of the object at *path*; None where there is none."""
        import obstore

        with self._trouble(path):
            try:
                return _facts(obstore.head(self._opened, path))
            except FileNotFoundError:
                return None

    def list(self, folder: str = "", after: str = "") -> Iterator[ObjectFacts]:
        """The objects below *folder*, sorted by path.

        Args:
            after: only those that sort behind this path.
        """
        import obstore

        with self._trouble(folder):
            for chunk in obstore.list(self._opened, folder or None, offset=after or None):
                yield from (_facts(meta) for meta in chunk)

    def delete(self, paths: Sequence[str]) -> None:
        """Remove objects; one that is not there is no error."""
        import obstore

        for path in paths:
            with self._trouble(path):
                try:
                    obstore.delete(self._opened, path)
                except FileNotFoundError:
                    continue

    @contextmanager
    def _trouble(self, path: str) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except FileNotFoundError as error:
            if error.errno is None and "<Code>" in str(error):  # the library's: of a put or a list
                raise RunError(f"{self.url}: {_describe(error)}") from error
            raise
        except BaseError as error:
            raise RunError(f"{self.url}/{path}: {_describe(error)}") from error


def open_bucket(url: str, settings: ObjectSettings) -> Bucket:
    """The bucket of *url*; nothing is asked yet.

    Raises:
        UsageError: the URL or the environment cannot be used, or obstore is not installed.
    """
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError as error:
        raise UsageError(
            f"{url}: needs obstore: pip install 'image-asset-archiver[s3]' ({error})"
        ) from error
    try:
        url = clean_object_url(url)
        return Bucket(url, from_url(url, **store_options(url, settings)))
    except (BaseError, ValueError) as error:
        raise UsageError(f"{url}: {_describe(error)}") from error


def _facts(meta: Any) -> ObjectFacts:
    return ObjectFacts(meta["path"], meta["size"], meta["e_tag"] or "", meta["last_modified"])


def _describe(error: Exception) -> str:
    """The reason in a line. The server's own words may quote what was signed, so of them only the
    code of the error is told."""
    text = str(error)
    code = _CODE.search(text)
    reason = _REASONS.get(type(error).__name__, "")
    plain = text.partition(": <")[0].partition("\n")[0]
    return f"{reason or redact(plain)}{f' ({code[1]})' if code else ''}"
