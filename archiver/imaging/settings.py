"""What pictures are accepted, within which limits, and which thumbnails are made of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

Count = Annotated[int, Meta(gt=0, description="a whole number above 0")]
Pixels = Annotated[int, Meta(gt=0, description="a number of pixels above 0")]
Seconds = Annotated[float, Meta(gt=0, description="a number of seconds above 0")]
Bytes = Annotated[int, Meta(gt=0, description="a number of bytes above 0")]
Quality = Annotated[int, Meta(ge=1, le=100, description="a quality from 1 to 100")]
Side = Annotated[int, Meta(ge=1, le=16_383, description="a number of pixels from 1 to 16383")]
Name = Annotated[
    str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,31}$", description="a name of a-z, 0-9 and -")
]
Colour = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", description="a colour like #ffffff")]

Fit = Literal["inside", "cover"]
Format = Literal["webp", "avif", "jpeg", "png", "same"]


@dataclass(frozen=True, slots=True)
class ImagingSettings:
    """Limits for one picture and for the processes that decode it.

    Attributes:
        max_pixels: of one frame; 50 MP are 200 MB as RGBA.
        max_side_px: longest side.
        max_frames, max_frame_pixels: an animation with more frames, or more pixels in all frames
            together, is kept, but only its first frame is decoded.
        max_size_bytes: of the file; one above it is not read.
        worker_memory_bytes: address space of a worker.
        worker_cpu_s, worker_wall_s: for one picture.
        workers: processes at most; 0: one a core.
        tasks_per_worker: pictures after which a worker is replaced by a fresh one.
    """

    max_pixels: Pixels = 50_000_000
    max_side_px: Pixels = 20_000
    max_frames: Count = 500
    max_frame_pixels: Pixels = 250_000_000
    max_size_bytes: Bytes = 256 * 2**20
    worker_memory_bytes: Bytes = 2**30
    worker_cpu_s: Seconds = 30.0
    worker_wall_s: Seconds = 45.0
    workers: Annotated[int, Meta(ge=0, description="a whole number, 0 for one a core")] = 0
    tasks_per_worker: Count = 1000

    @property
    def worker_limit(self) -> int:
        """How many workers may run at once."""
        if self.workers:
            return self.workers
        if hasattr(os, "sched_getaffinity"):  # Linux; fewer than cpu_count in a container
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class ThumbnailSettings:
    """One thumbnail of every picture.

    Attributes:
        name: also the folder it is stored in.
        fit: ``inside``: the whole picture, no side longer than asked; ``cover``: the box is
            filled, what stands out is cut off evenly. Neither ever enlarges.
        format: ``same``: the picture's own where browsers know it, else PNG or JPEG.
        quality: of the encoder, 1 to 100.
        animate: keep the animation; WebP only.
        background: what shows through where the format has no transparency (JPEG).
    """

    name: Name = "320"
    max_width: Side = 320
    max_height: Side = 320
    fit: Fit = "inside"
    format: Format = "webp"
    quality: Quality = 80
    animate: bool = False
    background: Colour = "#ffffff"
