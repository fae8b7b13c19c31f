"""Which decoders are here, in which version; those with known holes are named.

For `doctor`. Only bugs that a picture alone can use are listed.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass

import PIL
from PIL import features

# Library (Pillow's name) → first version without the hole, and the hole.
_FIXED = {
    "webp": ((1, 3, 2), "CVE-2023-4863"),
    "jpg_2000": ((2, 5, 4), "CVE-2025-54874"),
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
_PLUGINS = {"HEIC": "pillow_heif", "JPEG XL": "pillow_jxl"}


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
    """Pillow, its libraries and the plug-ins, installed or not."""
    pillow = Codec("Pillow", "pillow", PIL.__version__)
    built_in = (_find_library(name, library) for name, library in _LIBRARIES.items())
    plugins = (_find_plugin(name, module) for name, module in _PLUGINS.items())
    return (pillow, *built_in, *plugins)


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


def _find_plugin(name: str, module: str) -> Codec:
    try:
        version = str(getattr(importlib.import_module(module), "__version__", "installed"))
    except ImportError:
        version = ""
    return Codec(name, module, version)
