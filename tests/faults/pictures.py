"""Pictures of the fault server: every token has its own."""

from __future__ import annotations

import io
import random
from functools import cache
from hashlib import sha256

from PIL import Image

NAME_OF_EXTENSION = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP", "gif": "GIF"}


@cache
def image_of(token: str, extension: str = "png") -> bytes:
    """A 64 by 64 picture in the token's own colour."""
    digest = sha256(token.encode()).digest()
    out = io.BytesIO()
    Image.new("RGB", (64, 64), tuple(digest[:3])).save(out, NAME_OF_EXTENSION[extension])
    return out.getvalue()


@cache
def placeholder() -> bytes:
    """The same for everybody: what hosts send in place of a picture they don't give away."""
    out = io.BytesIO()
    Image.new("L", (200, 200), 200).save(out, "GIF")
    return out.getvalue()


@cache
def big_image(token: str) -> bytes:
    """About 900 kB of noise as PNG."""
    out = io.BytesIO()
    noise = random.Random(token).randbytes(550 * 550 * 3)
    Image.frombytes("RGB", (550, 550), noise).save(out, "PNG", compress_level=0)
    return out.getvalue()
