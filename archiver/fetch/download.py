"""An answer's body into a temporary file: decoded, hashed, counted, and never too slow."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterable

import httpx

from archiver.fetch.codings import CodingError, Decoder, make_decoder
from archiver.fetch.settings import FetchSettings
from archiver.fetch.transport import fields_of
from archiver.files import SpoolFile, open_spool
from archiver.model import Download


class BadBodyError(Exception):
    """The body is no use.

    Attributes:
        reason: ``bytes``, ``coding``, ``coding-unknown``, ``empty`` or ``slow``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def save_body(
    response: httpx.Response, spool: str, settings: FetchSettings, max_bytes: int
) -> Download:
    """The body of *response* in a temporary file below *spool*; no file is left on an error.

    Args:
        max_bytes: of the body, as it comes and decoded.

    Raises:
        BadBodyError: too big, too slow, empty, or not decodable.
        TransportFailure: it broke off.
        DiskFullError: there is no space for it.
    """
    stated_bytes = _content_length(response)
    if (stated_bytes or 0) > max_bytes:
        raise BadBodyError("bytes")
    decoder = _decoder(response)
    file = open_spool(spool)
    try:
        digest, size_bytes = await _copy(response, decoder, file, settings, max_bytes)
    except BaseException:  # a cancelled download too
        file.discard()
        raise
    file.close()
    return Download(
        path=file.path,
        sha256=digest,
        size_bytes=size_bytes,
        final_url=str(response.request.url),
        is_framed=stated_bytes is not None or _is_chunked(response),
        media_type=_read(response, "content-type").partition(";")[0].strip().lower(),
        etag=_read(response, "etag"),
        last_modified=_read(response, "last-modified"),
    )


async def _copy(
    response: httpx.Response,
    decoder: Decoder,
    file: SpoolFile,
    settings: FetchSettings,
    max_bytes: int,
) -> tuple[str, int]:
    """Hex digest and size of the decoded body, written to *file*."""
    meter = Meter(settings.floor_bytes_s, settings.floor_window_s)
    digest, raw_bytes, size_bytes = hashlib.sha256(), 0, 0
    try:
        async for data in _stream(response):
            raw_bytes += len(data)
            meter.count(len(data))
            for piece in decoder.decode(data):
                size_bytes += len(piece)
                if max(raw_bytes, size_bytes) > max_bytes:
                    raise BadBodyError("bytes")
                digest.update(piece)
                file.write(piece)
        decoder.finish()
    except CodingError as error:
        raise BadBodyError("coding") from error
    if size_bytes == 0:
        raise BadBodyError("empty")
    return digest.hexdigest(), size_bytes


def _stream(response: httpx.Response) -> AsyncIterable[bytes]:
    """The body as it comes: `aiter_raw` without its chunking, which costs a fifth of a request."""
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return response.stream


class Meter:
    """Refuses a body that stays below *floor_bytes_s* over a window of *window_s* seconds.

    A body that brings nothing at all ends by the transport's own timeout.
    """

    def __init__(self, floor_bytes_s: float, window_s: float) -> None:
        self._floor_bytes_s, self._window_s = floor_bytes_s, window_s
        self._start_s, self._bytes = time.monotonic(), 0

    def count(self, size_bytes: int) -> None:
        """Note that so many bytes came.

        Raises:
            BadBodyError: too few in the window that ends now.
        """
        self._bytes += size_bytes
        passed_s = time.monotonic() - self._start_s
        if passed_s < self._window_s:
            return
        if self._bytes < self._floor_bytes_s * passed_s:
            raise BadBodyError("slow")
        self._start_s, self._bytes = time.monotonic(), 0


def _decoder(response: httpx.Response) -> Decoder:
    try:
        return make_decoder(",".join(fields_of(response).getall("content-encoding", ())))
    except CodingError as error:
        raise BadBodyError("coding-unknown") from error


def _content_length(response: httpx.Response) -> int | None:
    value = _read(response, "content-length")
    return int(value) if value.isdigit() else None


def _is_chunked(response: httpx.Response) -> bool:
    """Like a length, chunks let the transport tell a whole body from a cut one."""
    return "chunked" in _read(response, "transfer-encoding").lower()


def _read(response: httpx.Response, name: str) -> str:
    """A header; "" where it is missing or not ASCII, which none that we read may be."""
    value = fields_of(response).get(name, "")
    return value if value.isascii() else ""
