"""What a picture says about itself: a few EXIF fields, the name of its colour profile.

Place and serial numbers are left out on purpose: the journal is public where its repository is, and
the stored original still has them.
"""

from __future__ import annotations

import re

from PIL import Image

_FIELDS = {
    0x010F: "make",
    0x0110: "model",
    0x013B: "artist",
    0x8298: "copyright",
    0x010E: "description",
    0x0132: "changed",
}
_EXIF_BLOCK, _TAKEN = 0x8769, 0x9003
_MAX_CHARS = 200
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def read_exif(image: Image.Image) -> tuple[tuple[str, str], ...]:
    """Pairs of our name and the value: make, model, artist, copyright, description, changed, taken.

    Times are EXIF's, ``2024:05:01 12:00:00``, without a zone. Broken EXIF gives what can be read.
    """
    raw = image.info.get("exif")
    if not raw:
        return ()
    exif = Image.Exif()
    try:
        exif.load(raw)
        found = {name: exif.get(tag) for tag, name in _FIELDS.items()}
        found["taken"] = exif.get_ifd(_EXIF_BLOCK).get(_TAKEN)
    except Exception:  # whatever a broken EXIF block makes of the parser
        return ()
    texts = ((name, _clean(_read_text(value))) for name, value in found.items())
    return tuple((name, text) for name, text in texts if text)


def read_profile_name(profile: bytes) -> str:
    """The description in an ICC profile (ICC.1:2022, 9.2.41), "" where there is none.

    >>> read_profile_name(b"garbage")
    ''
    """
    count = min(int.from_bytes(profile[128:132], "big"), 100)
    for at in range(132, 132 + 12 * count, 12):
        if profile[at : at + 4] == b"desc":
            start = int.from_bytes(profile[at + 4 : at + 8], "big")
            length = int.from_bytes(profile[at + 8 : at + 12], "big")
            return _clean(_read_description(profile[start : start + min(length, 4096)]))
    return ""


def _read_description(tag: bytes) -> str:
    if tag[:4] == b"mluc":  # version 4: a table of languages; the first will do
        length, start = int.from_bytes(tag[20:24], "big"), int.from_bytes(tag[24:28], "big")
        return tag[start : start + length].decode("utf-16-be", "replace")
    length = int.from_bytes(tag[8:12], "big")
    return tag[12 : 12 + length].decode("latin-1")


def _read_text(value: object) -> str:
    """A text of EXIF: ASCII says the standard, UTF-8 write most, and some as bytes of no kind.

    Pillow reads ASCII as Latin-1.
    """
    if isinstance(value, str):
        try:
            return value.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _clean(text: str) -> str:
    """*text* as one line; EXIF's may end in zeros."""
    return " ".join(_CONTROLS.sub(" ", text).split())[:_MAX_CHARS]
