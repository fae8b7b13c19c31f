"""Content codings: every body however it is cut into pieces, and nothing beyond the cap."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable
from types import SimpleNamespace

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_zstd import zstd
from samples import examples

from archiver.fetch.codings import PIECE_BYTES, CodingError, Decoder, make_decoder


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "none": ("", bytes),
    "identity": ("identity", bytes),
    "a charset by mistake": ("UTF-8", bytes),
    "gzip": ("gzip", gzip.compress),
    "gzip by its old name": (" X-GZip ", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "bare deflate": ("deflate", raw_deflate),
    "brotli": ("br", lambda data: brotli.compress(data, quality=4)),
    "zstandard": ("zstd", zstd.compress),
    "a lie": ("gzip", lambda data: b"\x89PNG" + data),
}


def decode(decoder: Decoder, coded: bytes, size: int) -> list[bytes]:
    """The decoded pieces of *coded*, fed *size* bytes at a time."""
    pieces: list[bytes] = []
    for start in range(0, len(coded), size):
        pieces += decoder.decode(coded[start : start + size])
    decoder.finish()
    return pieces


@pytest.mark.parametrize(("name", "encode"), CODINGS.values(), ids=CODINGS.keys())
@settings(max_examples=examples(40))
@given(data=st.binary(max_size=2000), repeats=st.integers(1, 200), size=st.integers(1, 5000))
def test_decode(
    name: str, encode: Callable[[bytes], bytes], data: bytes, repeats: int, size: int
) -> None:
    coded = encode(data * repeats)
    expected = data * repeats if not coded.startswith(b"\x89PNG") else coded
    assert b"".join(decode(make_decoder(name), coded, size)) == expected


COMPRESSING = {name: row for name, row in CODINGS.items() if row[1](b"") != b"" and name != "a lie"}


@pytest.mark.parametrize(("name", "encode"), COMPRESSING.values(), ids=COMPRESSING.keys())
def test_pieces_are_small(name: str, encode: Callable[[bytes], bytes]) -> None:
    pieces = decode(make_decoder(name), encode(bytes(10_000_000)), 1 << 20)
    assert sum(map(len, pieces)) == 10_000_000
    assert max(map(len, pieces)) <= 2 * PIECE_BYTES


@pytest.mark.parametrize(("name", "encode"), COMPRESSING.values(), ids=COMPRESSING.keys())
@pytest.mark.parametrize("cut", [1, 5, 50])
def test_cut_bodies_are_refused(name: str, encode: Callable[[bytes], bytes], cut: int) -> None:
    coded = encode(bytes(range(256)) * 20)
    with pytest.raises(CodingError):
        decode(make_decoder(name), coded[:-cut], 64)


@pytest.mark.parametrize(("name", "encode"), COMPRESSING.values(), ids=COMPRESSING.keys())
def test_broken_bodies_are_refused(name: str, encode: Callable[[bytes], bytes]) -> None:
    coded = bytearray(encode(bytes(range(256)) * 20))
    coded[3:] = bytes(b ^ 0x55 for b in coded[3:])
    with pytest.raises(CodingError):
        decode(make_decoder(name), bytes(coded), 64)


@pytest.mark.parametrize("name", ["gzip, gzip", "compress", "snappy", "gzip,br", "x" * 5000])
def test_unknown_codings_are_refused(name: str) -> None:
    with pytest.raises(CodingError):
        make_decoder(name)


def test_zstandard_windows_are_limited() -> None:
    """A frame that wants 128 MiB of memory for its window."""
    options = {zstd.CompressionParameter.window_log: 27}
    coded = zstd.ZstdCompressor(options=options).compress(bytes(1000))
    with pytest.raises(CodingError):
        decode(make_decoder("zstd"), coded, 64)


MISSING = {
    "no brotli": ("br", {"brotli": None}),
    "a brotli without a cap": ("br", {"brotli": SimpleNamespace(Decompressor=object)}),
    "another module of that name": ("br", {"brotli": SimpleNamespace()}),
    "no zstandard": ("zstd", {"compression.zstd": None, "backports.zstd": None}),
}


@pytest.mark.parametrize(("name", "modules"), MISSING.values(), ids=MISSING.keys())
def test_libraries_that_are_not_installed_are_named(
    name: str, modules: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, found in modules.items():
        monkeypatch.setitem(sys.modules, module, found)
    with pytest.raises(CodingError, match=f"no library for {name}"):
        make_decoder(name)
