"""Which decoders are here, in which version; those with known holes are named.

For `doctor`. Only bugs that a picture alone can use are listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata

from PIL import features

# Library (Pillow's name) or package → first version without the hole, and the hole. Pillow 13.0.0
# also patches its own OpenJPEG 2.5.4; pillow-heif 1.7.0 has libheif 1.23.3, pillow-jxl-plugin 1.3.8
# libjxl 0.12.0.
_FIXED = {
    "pillow": ((13, 0, 0), "CVE-2026-112403 (JPEG)"),
    "webp": ((1, 3, 2), "CVE-2023-4863"),
    "jpg_2000": ((2, 5, 4), "CVE-2025-54874"),
    "libtiff": ((4, 7, 2), "CVE-2026-4775"),
    "pillow-heif": ((1, 7, 0), "CVE-2026-84383"),
    "pillow-jxl-plugin": ((1, 3, 8), "CVE-2026-1837"),
}
_LIBRARIES = {
    "JPEG": "libjpeg_turbo",
    "PNG": "zlib",
    "WebP": "webp",
    "AVIF": "avif",
    "TIFF": "libtiff",
    "JPEG 2000": "jpg_2000",
    "colour profiles": "littlecms2",
}
_PACKAGES = {
    "Pillow": "pillow",
    "HEIC": "pillow-heif",
    "JPEG XL": "pillow-jxl-plugin",
    "SVG sanitiser": "py-svg-hush",
    "SVG thumbnails": "resvg-py",
}


@dataclass(frozen=True, slots=True)
class Codec:
    """A decoder.

    Attributes:
        version: "" where it is not installed.
        hole: the known hole of this version, "" for none.
    """

    name: str
    library: str
    version: str
    hole: str = ""

    @property
    def is_here(self) -> bool:
        return bool(self.version)


def list_codecs() -> tuple[Codec, ...]:
    """Pillow, the plug-ins and what handles drawings, installed or not; Pillow's libraries."""
    packages = (_find_package(name, package) for name, package in _PACKAGES.items())
    built_in = (_find_library(name, library) for name, library in _LIBRARIES.items())
    return (*packages, *built_in)


def find_hole(library: str, version: str) -> str:
    """The known hole in a version of a library, "" for none.

    >>> find_hole("webp", "1.3.1"), find_hole("webp", "1.6.0")
    ('CVE-2023-4863', '')
    """
    fixed, hole = _FIXED.get(library, ((), ""))
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    return hole if version and numbers < fixed else ""


def _find_library(name: str, library: str) -> Codec:
    try:
        version = features.version(library) or ""
    except ValueError:  # a Pillow that doesn't know it
        version = ""
    return Codec(name, library, version, find_hole(library, version))


def _find_package(name: str, package: str) -> Codec:
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        version = ""
    return Codec(name, package, version, find_hole(package, version))
