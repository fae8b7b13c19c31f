"""One decode of a picture, within limits: the proof that it is whole, and its pixels."""

from __future__ import annotations

import importlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageFile

from archiver.imaging.colour import normalize
from archiver.imaging.refusal import Refusal
from archiver.imaging.settings import ImagingSettings
from archiver.imaging.signatures import BMP, CUR, GIF, ICO, JPEG, PNG, TIFF, ImageType
from archiver.model import Outcome

DRAFT_GAP = 2.5  # a JPEG is decoded at 1/2, 1/4 or 1/8 as long as this often the thumbnail is left
# Types of which Pillow shows the part that is there; it shows none or a black one of the others.
PARTLY_DECODED = frozenset({JPEG, PNG, GIF, BMP, TIFF, ICO, CUR})
_ORIENTATION = 0x0112  # EXIF tag


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture's pixels, not yet turned and not yet in sRGB.

    Attributes:
        image: L, LA, RGB, RGBA or CMYK; may be smaller than the file's picture.
        extent: width and height of the whole picture in pixels of `image`; fractional where the
            decoder scaled an odd size.
        orientation: EXIF's, 1 to 8.
        profile: the ICC profile, b"" for none.
    """

    image: Image.Image
    extent: tuple[float, float]
    orientation: int = 1
    profile: bytes = b""


def check_size(width: int, height: int, settings: ImagingSettings) -> None:
    """Refuse what would need too much memory, before anything is decoded.

    Raises:
        Refusal: ``unsafe``, ``pixels``.
    """
    if width * height > settings.max_pixels or max(width, height) > settings.max_side_px:
        raise Refusal(Outcome.UNSAFE, "pixels")


def has_decoder(image_type: ImageType) -> bool:
    """Whether Pillow, or an installed plug-in, reads this type."""
    try:
        importlib.import_module(image_type.plugin)
    except (ImportError, ValueError):
        return False
    return True


@contextmanager
def guarded_pillow(settings: ImagingSettings, tolerant: bool = False) -> Iterator[None]:
    """Pillow's process-wide switches set for one picture; not for use in several threads."""
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = settings.max_pixels, tolerant
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = before


def open_picture(data: bytes, image_type: ImageType) -> ImageFile.ImageFile:
    """Open *data* with the one decoder of its type; no other is ever asked."""
    importlib.import_module(image_type.plugin)
    return Image.open(io.BytesIO(data), formats=[image_type.decoder])


def read_orientation(image: Image.Image) -> int:
    """How the picture must be turned, 1 to 8; 1 where EXIF is absent or broken.

    XMP's orientation is not asked, because browsers ignore it; a TIFF is turned by its decoder.
    """
    raw = image.info.get("exif")
    if not raw:
        return 1
    exif = Image.Exif()
    try:
        exif.load(raw)
        value = exif.get(_ORIENTATION)
    except Exception:  # whatever a broken EXIF block makes of the parser
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def decode(image: ImageFile.ImageFile, needed: tuple[int, int], profile: bytes = b"") -> Decoded:
    """Decode the first frame whole, no larger than *needed* asks for.

    A JPEG is decoded at a fraction of its size where that is enough: libjpeg still reads every
    coefficient of every scan, so a file that stops short fails as it would at full size, at half
    the time.

    Args:
        image: freshly opened.
        needed: width and height of the largest thumbnail, before it is turned.
        profile: of its colours, where the picture has no ICC profile of its own.
    """
    extent: tuple[float, float] = image.size
    orientation = read_orientation(image)
    wanted = max(1, int(needed[0] * DRAFT_GAP)), max(1, int(needed[1] * DRAFT_GAP))
    if drafted := image.draft(None, wanted):
        _, (_, _, width, height) = drafted
        extent = width, height
    image.load()
    own = image.info.get("icc_profile") or b""
    return Decoded(normalize(image), extent, orientation, own or profile)
