"""Pixels of any mode → pixels that can be resized, and those → sRGB.

Order matters: palettes, bits and 16-bit values are converted before resizing (Pillow would take
the nearest pixel, or clip), profiles after it, since a transform of 12 MP takes 1.6 s and of a
thumbnail 5 ms.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from PIL import ImageCms

_RESIZABLE = {"L", "LA", "RGB", "RGBA", "CMYK"}
_MAX_PROFILE_BYTES = 4 * 2**20  # printers' profiles have about 2 MB
_LAB = "LAB"


def normalize(image: Image.Image) -> Image.Image:
    """*image* in a mode that resizes rightly: L, LA, RGB, RGBA or CMYK, 8 bits a channel."""
    if image.mode.startswith(("I", "F")):
        return _to_8_bits(image)
    if image.has_transparency_data and image.mode not in ("LA", "RGBA"):
        image = image.convert("LA" if image.mode == "La" else "RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode == _LAB:
        image = _lab_to_srgb(image)
    elif image.mode not in _RESIZABLE:
        image = image.convert("RGB")
    return _drop_opaque_alpha(image)


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Gray of 16 or 32 bits, or floats, scaled to 0…255; `convert` alone would clip at 255."""
    if image.mode not in ("I", "F"):
        image = image.convert("I")
    low, high = image.getextrema()
    assert isinstance(low, int | float) and isinstance(high, int | float)
    ceiling = next((top for top in _ceilings(image.mode) if high <= top), high)
    gray = image.point(lambda value: value * (255 / ceiling)).convert("L")
    key = image.info.get("transparency")
    if image.mode != "I" or not isinstance(key, int):
        return gray
    alpha = image.point([0 if value == key else 255 for value in range(2**16)], "L")
    return Image.merge("LA", (gray, alpha))


def _ceilings(mode: str) -> tuple[float, ...]:
    """White, as writers of these modes mean it: the least that no value goes beyond."""
    return (1.0, 255.0, 65535.0) if mode == "F" else (65535, 2**31 - 1)


def _drop_opaque_alpha(image: Image.Image) -> Image.Image:
    """Without an alpha channel that hides nothing: resizing would weigh every pixel with it."""
    if image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() == (255, 255):
        return image.convert(image.mode[:-1])
    return image


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """*image* in sRGB: L, LA, RGB or RGBA; a profile that is broken or of other colours is ignored.

    Args:
        image: as `normalize` gives it, small.
        profile: the ICC profile of the file, b"" for none.
    """
    if profile and len(profile) <= _MAX_PROFILE_BYTES:
        managed = _apply(image, profile)
        if managed is not None:
            return managed
    return image.convert("RGB") if image.mode == "CMYK" else image


def flatten(image: Image.Image, background: str) -> Image.Image:
    """*image* without transparency, on *background* (``#rrggbb``)."""
    if image.mode not in ("LA", "RGBA"):
        return image
    below = Image.new("RGBA", image.size, background)
    return Image.alpha_composite(below, image.convert("RGBA")).convert("RGB")


def _apply(image: Image.Image, profile: bytes) -> Image.Image | None:
    colours = "L" if image.mode == "LA" else image.mode
    transform = _build_transform(profile, colours)
    if transform is None:
        return None
    managed = transform.apply(image.getchannel("L") if image.mode == "LA" else image)
    if image.mode == "LA":
        managed.putalpha(image.getchannel("A"))
    return managed


@lru_cache(maxsize=8)
def _build_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The transform from *profile* to sRGB for pixels of *mode*; None where there is none."""
    from PIL import ImageCms  # 10 ms that most pictures never need

    target = "RGBA" if mode == "RGBA" else "RGB"
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.ImageCmsTransform(source, srgb, mode, target)
    except (OSError, ValueError, ImageCms.PyCMSError):
        return None


def _lab_to_srgb(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    return ImageCms.ImageCmsTransform(lab, srgb, "LAB", "RGB").apply(image)
