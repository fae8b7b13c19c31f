"""Whether a lossy file can hold fine detail, told from its size: detail costs bytes.

Pictures without it can be averaged in larger blocks before they are resized, which saves up to a
fifth of a thumbnail's time. Measured on three photographs and two drawn ones, each also sharpened,
noisy, gray and at four scales, in six qualities: what counts as smooth keeps 45 dB (PSNR) against
LANCZOS, but for 44.9 dB of a drawn one sharpened by 120 %; sharp ones, at 42 dB, are told apart.
"""

from __future__ import annotations

import math

from PIL import Image

_JPEG_SMOOTH = 0.1  # bytes a pixel at quality 50
_OTHERS_SMOOTH = 0.085  # bytes a pixel; their quality isn't told
_MEAN_STEP = 57.6  # of the luminance table of T.81 annex K, which encoders call quality 50
_OTHERS = {"WEBP", "AVIF"}


def is_smooth(image: Image.Image, size_bytes: int) -> bool:
    """Whether *image*, opened from a file of *size_bytes*, holds little fine detail."""
    per_pixel = size_bytes / (image.width * image.height)
    tables = getattr(image, "quantization", None)
    if tables:  # a JPEG; finer steps take more bytes for the same detail, as their root
        steps = tables[min(tables)]
        return per_pixel * math.sqrt(sum(steps) / len(steps) / _MEAN_STEP) < _JPEG_SMOOTH
    return image.format in _OTHERS and per_pixel < _OTHERS_SMOOTH
