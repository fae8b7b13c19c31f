"""What the first bytes say a file is. Names, headers and extensions are never asked."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from archiver.imaging.structure.svg import find_svg_root


@dataclass(frozen=True, slots=True)
class ImageType:
    """A kind of image file.

    Attributes:
        name: ours; also the key of its structure check.
        extension: of the stored file, with its dot.
        decoder: Pillow's name of the format, "" where it has none.
        plugin: the module that adds the decoder.
    """

    name: str
    media_type: str
    extension: str
    decoder: str = ""
    plugin: str = ""


JPEG = ImageType("jpeg", "image/jpeg", ".jpg", "JPEG", "PIL.JpegImagePlugin")
PNG = ImageType("png", "image/png", ".png", "PNG", "PIL.PngImagePlugin")
GIF = ImageType("gif", "image/gif", ".gif", "GIF", "PIL.GifImagePlugin")
WEBP = ImageType("webp", "image/webp", ".webp", "WEBP", "PIL.WebPImagePlugin")
AVIF = ImageType("avif", "image/avif", ".avif", "AVIF", "PIL.AvifImagePlugin")
BMP = ImageType("bmp", "image/bmp", ".bmp", "BMP", "PIL.BmpImagePlugin")
TIFF = ImageType("tiff", "image/tiff", ".tif", "TIFF", "PIL.TiffImagePlugin")
ICO = ImageType("ico", "image/vnd.microsoft.icon", ".ico", "ICO", "PIL.IcoImagePlugin")
CUR = ImageType("cur", "image/x-win-bitmap", ".cur", "CUR", "PIL.CurImagePlugin")
JP2 = ImageType("jp2", "image/jp2", ".jp2", "JPEG2000", "PIL.Jpeg2KImagePlugin")
J2K = ImageType("j2k", "image/j2c", ".j2k", "JPEG2000", "PIL.Jpeg2KImagePlugin")
HEIC = ImageType("heic", "image/heic", ".heic", "HEIF", "pillow_heif.HeifImagePlugin")
JXL = ImageType("jxl", "image/jxl", ".jxl", "JXL", "pillow_jxl.JpegXLImagePlugin")
SVG = ImageType("svg", "image/svg+xml", ".svg")
SVGZ = ImageType("svgz", "image/svg+xml", ".svgz")

_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}  # sizes of the DIB headers there are, in bytes
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_RESERVED = {b"", b"\0", b"\xff"}
_MAX_SVG_BYTES = 32 * 2**20  # of an unpacked svgz
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|title|meta|div|p|h1|a)\b", re.I)


def _brands(data: bytes) -> set[bytes]:
    size = min(int.from_bytes(data[:4], "big"), 4096)
    return {data[8:12]} | {data[at : at + 4] for at in range(16, size - 3, 4)}


def _is_icon(data: bytes, kind: bytes) -> bool:
    """An icon directory; the reserved byte of its first entry is 255 where .NET wrote it."""
    count, reserved = int.from_bytes(data[4:6], "little"), data[9:10]
    return data[:4] == b"\0\0" + kind + b"\0" and 0 < count < 128 and reserved in _RESERVED


_TESTS: tuple[tuple[ImageType, Callable[[bytes], bool]], ...] = (
    (JPEG, lambda d: d[:3] == b"\xff\xd8\xff"),
    (PNG, lambda d: d[:8] == b"\x89PNG\r\n\x1a\n"),
    (GIF, lambda d: d[:6] in (b"GIF87a", b"GIF89a")),
    (WEBP, lambda d: d[:4] == b"RIFF" and d[8:12] == b"WEBP"),
    (AVIF, lambda d: d[4:8] == b"ftyp" and bool(_brands(d) & _AVIF_BRANDS)),
    (HEIC, lambda d: d[4:8] == b"ftyp" and bool(_brands(d) & _HEIF_BRANDS)),
    (JXL, lambda d: d[:12] == b"\0\0\0\x0cJXL \r\n\x87\n" or d[:2] == b"\xff\x0a"),
    (JP2, lambda d: d[:12] == b"\0\0\0\x0cjP  \r\n\x87\n"),
    (J2K, lambda d: d[:4] == b"\xff\x4f\xff\x51"),
    (BMP, lambda d: d[:2] == b"BM" and int.from_bytes(d[14:18], "little") in _BMP_HEADERS),
    (TIFF, lambda d: d[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    (ICO, lambda d: _is_icon(d, b"\1")),
    (CUR, lambda d: _is_icon(d, b"\2")),
)

# What servers send in an image's place; the reason the report gives.
_OTHERS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("pdf", lambda d: d[:5] == b"%PDF-"),
    ("postscript", lambda d: d[:4] == b"%!PS"),
    ("photoshop", lambda d: d[:4] == b"8BPS"),
    ("zip", lambda d: d[:4] == b"PK\3\4"),
    ("program", lambda d: d[:2] == b"MZ" or d[:4] == b"\x7fELF"),
    ("video", lambda d: d[4:8] == b"ftyp" or d[:4] in (b"\x1aE\xdf\xa3", b"OggS", b"FLV\1")),
)


def find_type(data: bytes) -> ImageType | None:
    """The kind of image *data* is; None for anything else.

    >>> find_type(b"GIF89a").extension
    '.gif'
    """
    for image_type, is_it in _TESTS:
        if is_it(data):
            return image_type
    if data[:2] == b"\x1f\x8b":
        return SVGZ if find_svg_root(unpack(data)) else None
    return SVG if find_svg_root(data) else None


def unpack(data: bytes) -> bytes:
    """The gzip stream *data* unpacked, as far as it goes, 32 MiB at most."""
    try:
        return zlib.decompressobj(31).decompress(data, _MAX_SVG_BYTES)
    except zlib.error:
        return b""


def name_other(data: bytes) -> str:
    """What *data* is when it is no image: ``empty``, ``html``, ``json``, ``text``, ``unknown``, …

    >>> name_other(b"<!DOCTYPE html><title>Sign in</title>")
    'html'
    """
    if not data:
        return "empty"
    for name, is_it in _OTHERS:
        if is_it(data):
            return name
    return _name_text(data)


def _name_text(data: bytes) -> str:
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if _HTML.search(head):
        return "html"
    if head[:5] == b"<?xml" or re.match(rb"<[A-Za-z!]", head):
        return "xml"
    if head[:1] in (b"{", b"[") and _is_json(data):
        return "json"
    has_controls = re.search(rb"[\0-\x08\x0e-\x1f\x7f]", head)
    return "unknown" if has_controls or not _is_utf8(head) else "text"


def _is_json(data: bytes) -> bool:
    import json  # 8 ms of a worker's start that no picture needs

    try:
        json.loads(data[: 2**20])
    except (ValueError, RecursionError):
        return False
    return True


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a character cut by the end of the sample
    return True
