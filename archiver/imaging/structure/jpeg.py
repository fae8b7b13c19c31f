"""JPEG (ITU-T T.81 annex B): markers from SOI to EOI."""

from __future__ import annotations

import re

from archiver.imaging.structure.found import Structure

MAX_SCANS = 100  # a scan costs 5 ms at 9 MP; cameras and encoders write about 10
_MARKER = re.compile(
    rb"\xff([^\x00\xff\xd0-\xd7])"
)  # with ``\xff+`` 20 times slower; fill bytes pass
MAX_SEGMENTS = 100_000  # a tenth of a second of walking; restart markers come every few blocks
_WITHOUT_LENGTH = {0x01, 0xD8}  # TEM, SOI; RST0 to RST7 aren't looked for
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # SOFn; not DHT, JPG, DAC
_SCAN, _END = 0xDA, 0xD9


def walk(data: bytes) -> Structure:
    """Walk the markers; whole when EOI comes after a scan.

    Whatever follows EOI is no concern: further pictures (MPO), archives, advertisements.
    An EOI inside a segment (the thumbnail in EXIF) is stepped over with the segment.
    """
    width = height = scans = segments = 0
    at = 2
    while found := _MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        if marker == _END:
            return Structure(data, width, height, defect="" if scans else "truncated")
        if marker in _WITHOUT_LENGTH:
            continue
        segments += 1
        if marker in _FRAMES:
            height, width = _read_size(data, at)
        scans += marker == _SCAN
        if scans > MAX_SCANS or segments > MAX_SEGMENTS:
            return Structure(data, width, height, danger="scans" if scans else "segments")
        at += int.from_bytes(data[at : at + 2], "big")
    return Structure(data, width, height, defect="truncated")


def _read_size(data: bytes, at: int) -> tuple[int, int]:
    """Height and width from the SOF segment whose length field stands at *at*."""
    return (
        int.from_bytes(data[at + 3 : at + 5], "big"),
        int.from_bytes(data[at + 5 : at + 7], "big"),
    )
