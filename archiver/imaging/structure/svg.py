"""SVG: XML whose root is `svg`, plain or gzipped."""

from __future__ import annotations

import zlib
from contextlib import suppress
from xml.parsers import expat

from archiver.imaging.structure.found import Structure
from archiver.imaging.structure.svg_size import read_size
from archiver.syntax.xml_encoding import read_as_utf8

_NAMESPACE = "http://www.w3.org/2000/svg"
_HEAD_BYTES = 2**18  # the root stands after comments and entity declarations, at most this far
_MAX_UNPACKED_BYTES = 32 * 2**20


class _RootFound(Exception):
    """Ends the parse at the first element."""


def find_svg_root(data: bytes) -> dict[str, str] | None:
    """The attributes of the root element where it is `svg`; None where it is anything else.

    >>> find_svg_root(b'<svg xmlns="http://www.w3.org/2000/svg" width="9"/>')
    {'width': '9'}
    """
    if b"<" not in data[:1024].replace(b"\0", b""):
        return None
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((name, attributes))
        raise _RootFound

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    with suppress(_RootFound, expat.ExpatError, ValueError):
        parser.Parse(read_as_utf8(data[:_HEAD_BYTES], is_whole=False), False)
    if found and found[0][0] in ("svg", f"{_NAMESPACE} svg"):
        return found[0][1]
    return None


def walk(data: bytes) -> Structure:
    """Parse the whole document (no external entity is fetched); whole when it is well formed."""
    attributes = find_svg_root(data) or {}
    width, height = read_size(attributes)
    return Structure(data, width, height, defect=_find_defect(data))


def walk_packed(data: bytes) -> Structure:
    """An svgz is whole when its gzip stream is and the document in it is."""
    unpacker = zlib.decompressobj(31)
    try:
        text = unpacker.decompress(data, _MAX_UNPACKED_BYTES)
    except zlib.error:
        return Structure(data, defect="checksum")
    if len(text) == _MAX_UNPACKED_BYTES:
        return Structure(data, danger="size")
    found = walk(text)
    defect = found.defect if unpacker.eof else "truncated"
    return Structure(data, found.width_px, found.height_px, defect=defect)


def _find_defect(data: bytes) -> str:
    parser = expat.ParserCreate()
    try:
        text = read_as_utf8(data)
        parser.Parse(text, True)
    except UnicodeDecodeError as error:
        return "truncated" if error.end >= len(data) else "encoding"
    except ValueError:
        return "encoding"
    except expat.ExpatError as error:
        is_cut = error.offset >= 0 and parser.ErrorByteIndex >= len(text) - 1
        return "truncated" if is_cut else "xml"
    return ""
