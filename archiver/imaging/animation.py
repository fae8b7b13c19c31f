"""All frames of an animation: decoded as proof, shrunk where a thumbnail keeps the animation."""

from __future__ import annotations

from PIL import Image, ImageFile

from archiver.imaging.colour import normalize
from archiver.imaging.decode import Decoded
from archiver.imaging.encode import Timing
from archiver.imaging.geometry import Target
from archiver.imaging.settings import ImagingSettings
from archiver.imaging.thumbnails import shrink

_COUNTED = {"GIF", "PNG", "WEBP", "AVIF"}  # formats whose frames are an animation
_BROWSER_MS = 100  # what browsers make of a duration of 10 ms or less


def count_frames(image: Image.Image, told: int) -> int:
    """Frames of the animation; `told` by the structure, since counting a GIF's means decoding."""
    if image.format in ("PNG", "WEBP", "AVIF", "MPO"):
        return max(1, int(getattr(image, "n_frames", 1)))
    return told


def is_full_pass(image: Image.Image, frames: int, settings: ImagingSettings) -> bool:
    """Whether every frame is decoded: an animation within the limits."""
    pixels = image.width * image.height * frames
    is_within = frames <= settings.max_frames and pixels <= settings.max_frame_pixels
    return frames > 1 and image.format in _COUNTED and is_within


def decode_rest(
    image: ImageFile.ImageFile,
    first: Decoded,
    small: dict[Target, Image.Image],
    frames: int,
) -> tuple[dict[Target, list[Image.Image]], Timing]:
    """Decode the frames after the first; shrink them for the targets that keep the animation.

    Args:
        image: as opened, its first frame loaded.
        first: the first frame, for its orientation and profile.
        small: the first frame's thumbnails.
    """
    moving = {target: [small[target]] for target in small if keeps_animation(target)}
    repeats = _read_repeats(image)
    durations = [_read_duration(image)]
    for index in range(1, frames):
        image.seek(index)
        image.load()
        durations.append(_read_duration(image))
        _shrink_frame(image, first, moving)
    return moving, Timing(tuple(durations), repeats)


def keeps_animation(target: Target) -> bool:
    """Whether this thumbnail is asked to move, in a format that can."""
    return target.settings.animate and target.settings.format in ("webp", "same")


def _shrink_frame(
    image: Image.Image, first: Decoded, moving: dict[Target, list[Image.Image]]
) -> None:
    if not moving:
        return
    frame = Decoded(normalize(image), image.size, first.orientation, first.profile)
    for target, frames in moving.items():
        frames.append(shrink(frame, target))


def _read_duration(image: Image.Image) -> int:
    duration = round(float(image.info.get("duration") or 0))
    return duration if duration > 10 else _BROWSER_MS


def _read_repeats(image: Image.Image) -> int:
    """How often it plays, 0 for ever. A GIF counts the repetitions after the first run."""
    loop = image.info.get("loop")
    if image.format != "GIF":
        return int(loop or 0)
    return 1 if loop is None else (int(loop) + 1 if loop else 0)
