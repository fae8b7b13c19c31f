"""Content codings, decoded under a cap: nobody asked for them, some servers send them anyway.

httpx and aiohttp decode a 200 kB bomb into one chunk of 200 MB, and end silently where a coded
body is cut. Here a decoder gives pieces of about `PIECE_BYTES` and knows whether it saw the end.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Protocol

PIECE_BYTES = 65536
# What servers write where they mean no coding at all.
_NO_CODING = frozenset({"", "identity", "none", "binary", "8bit", "utf-8"})
_ZSTD_WINDOW_LOG = 23  # 8 MiB, what RFC 9659 grants a server; more would be memory for nothing


class CodingError(Exception):
    """The body is not what its Content-Encoding says, is cut, or has a coding we don't know."""


class Decoder(Protocol):
    """Takes the body as it comes."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """The decoded pieces, at most twice `PIECE_BYTES` each.

        Raises:
            CodingError: the data is broken.
        """

    def finish(self) -> None:
        """The body ended.

        Raises:
            CodingError: too early.
        """


def make_decoder(content_encoding: str) -> Decoder:
    """The decoder for a Content-Encoding header.

    Raises:
        CodingError: an unknown coding, one whose library is not installed, or more than one.
    """
    name = content_encoding.strip().lower()
    if name in _NO_CODING:
        return Identity()
    if name in ("gzip", "x-gzip"):
        return Gzip()
    if name == "deflate":
        return Deflate()
    if name in ("br", "zstd"):
        return _load(name)
    raise CodingError(f"unknown coding {name[:40]!r}")


class Identity:
    """No coding."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        return


class _Zlib:
    """What gzip and deflate share; `_open` chooses the format by the first bytes."""

    def __init__(self) -> None:
        self._start = b""
        self._stream: zlib._Decompress | None = None

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            self._start += data
            if len(self._start) < 2:
                return
            data, self._stream = self._start, zlib.decompressobj(self._window(self._start))
        yield from self._inflate(self._stream, data)

    def finish(self) -> None:
        if self._stream is None or not self._stream.eof:
            raise CodingError("cut before its end")

    def _window(self, start: bytes) -> int:
        return zlib.MAX_WBITS | 16

    def _inflate(self, stream: zlib._Decompress, data: bytes) -> Iterator[bytes]:
        is_full = True
        while (data or is_full) and not stream.eof:
            try:
                piece = stream.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise CodingError(str(error)) from error
            data = stream.unconsumed_tail
            is_full = len(piece) == PIECE_BYTES  # more may wait inside, with no input left
            if piece:
                yield piece


class Gzip(_Zlib):
    """gzip; a body that does not begin like it was sent plain by a server that says otherwise."""

    _is_plain = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None and len(self._start + data) >= 2:
            self._is_plain = self._is_plain or not (self._start + data).startswith(b"\x1f\x8b")
        if not self._is_plain:
            yield from super().decode(data)
            return
        data, self._start = self._start + data, b""
        yield data

    def finish(self) -> None:
        if not self._is_plain:
            super().finish()


class Deflate(_Zlib):
    """deflate: zlib's format by the standard, the bare stream by many servers."""

    def _window(self, start: bytes) -> int:
        is_zlib = start[0] & 0x0F == 8 and int.from_bytes(start[:2], "big") % 31 == 0
        return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


class Brotli:
    """br, by the brotli library."""

    def __init__(self, library: Any) -> None:
        self._stream, self._error = library.Decompressor(), library.error

    def decode(self, data: bytes) -> Iterator[bytes]:
        is_full = True
        try:
            while data or is_full or not self._stream.can_accept_more_data():
                piece = self._stream.process(data, output_buffer_limit=PIECE_BYTES)
                data, is_full = b"", len(piece) >= PIECE_BYTES  # more may wait inside
                if piece:
                    yield piece
        except self._error as error:
            raise CodingError(str(error)) from error

    def finish(self) -> None:
        if not self._stream.is_finished():
            raise CodingError("cut before its end")


class Zstandard:
    """zstd, by Python's own module or its backport."""

    def __init__(self, library: Any) -> None:
        limit = {library.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
        self._stream, self._error = library.ZstdDecompressor(options=limit), library.ZstdError

    def decode(self, data: bytes) -> Iterator[bytes]:
        try:
            while not self._stream.eof:
                piece = self._stream.decompress(data, PIECE_BYTES)
                data = b""
                if piece:
                    yield piece
                if self._stream.needs_input:
                    return
        except self._error as error:
            raise CodingError(str(error)) from error

    def finish(self) -> None:
        if not self._stream.eof:
            raise CodingError("cut before its end")


def _load(coding: str) -> Decoder:
    """The decoder of an optional library."""
    if coding == "br" and hasattr(library := _import("brotli"), "Decompressor"):
        if hasattr(library.Decompressor, "can_accept_more_data"):  # 1.2: the first with a cap
            return Brotli(library)
    elif coding == "zstd" and (library := _import("compression.zstd", "backports.zstd")):
        return Zstandard(library)
    raise CodingError(f"no library for {coding} is installed")


def _import(*names: str) -> Any:
    """The first module of *names* that is installed, else None."""
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None
