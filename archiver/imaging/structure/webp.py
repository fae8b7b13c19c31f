"""WebP (RFC 9649): a RIFF container of chunks."""

from __future__ import annotations

from archiver.imaging.structure.found import Structure


def walk(data: bytes) -> Structure:
    """Walk the chunks; whole when the file is as long as RIFF and its last chunk say.

    A missing pad byte at the very end is forgiven: some encoders leave it out.
    """
    promised = 8 + int.from_bytes(data[4:8], "little")
    width = height = frames = pad = 0
    at, has_picture = 12, False
    while at + 8 <= min(promised, len(data)):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name in _SIZES:
            width, height = max((width, height), _SIZES[name](data[at + 8 : at + 18]))
        frames += name == b"ANMF"
        has_picture = has_picture or name in (b"VP8 ", b"VP8L", b"ANMF")
        pad = size & 1
        at += 8 + size + pad
    is_whole = has_picture and max(promised, at) <= len(data) + pad
    return Structure(data, width, height, max(1, frames), "" if is_whole else "truncated")


def _size_extended(body: bytes) -> tuple[int, int]:
    return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")


def _size_lossy(body: bytes) -> tuple[int, int]:
    return (
        int.from_bytes(body[6:8], "little") & 0x3FFF,
        int.from_bytes(body[8:10], "little") & 0x3FFF,
    )


def _size_lossless(body: bytes) -> tuple[int, int]:
    bits = int.from_bytes(body[1:5], "little")
    return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)


_SIZES = {b"VP8X": _size_extended, b"VP8 ": _size_lossy, b"VP8L": _size_lossless}
