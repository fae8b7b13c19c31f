"""One file → the facts of the picture in it and its thumbnails.

bytes → type → structure → sizes → one decode → thumbnails. Pure but for Pillow's switches; meant
for a process of its own (`workers`), since it reads whatever a stranger sent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageFile

from archiver.errors import PictureError
from archiver.imaging.animation import count_frames, decode_rest, is_full_pass
from archiver.imaging.decode import (
    PARTLY_DECODED,
    Decoded,
    check_size,
    decode,
    guarded_pillow,
    has_decoder,
    open_picture,
    read_orientation,
)
from archiver.imaging.encode import Timing, encode_rendition
from archiver.imaging.geometry import TURNED, WHOLE, Target, plan_target
from archiver.imaging.metadata import read_exif, read_profile_name
from archiver.imaging.refusal import Refusal
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.imaging.signatures import ImageType, find_type, name_other
from archiver.imaging.structure import walk_structure
from archiver.imaging.structure.found import Structure
from archiver.imaging.thumbnails import hash_difference, shrink_all, shrink_for_hash
from archiver.model import Outcome, Picture, Rendition

_HASH_NEEDS = (64, 64)  # px; what a picture without thumbnails is decoded to


def examine_file(
    path: str,
    settings: ImagingSettings,
    thumbnails: Sequence[ThumbnailSettings],
    tolerant: bool = False,
) -> Picture:
    """Verify the picture in a file and make its thumbnails.

    Args:
        path: of the file; its name means nothing.
        tolerant: take a picture that stops short as far as it goes, with the flag ``damaged``.

    Raises:
        PictureError: ``not_image`` (``html``, ``json``, ``text``, ``empty``, …), ``damaged``
            (``truncated``, ``checksum``, ``decode``, …), ``unsafe`` (``pixels``, ``scans``,
            ``memory``, …), ``too_big`` or ``missing`` (it cannot be read); its URL is *path*.
    """
    try:
        try:
            return examine_bytes(_read(path, settings), settings, thumbnails, tolerant)
        except MemoryError as error:
            raise Refusal(Outcome.UNSAFE, "memory") from error
    except Refusal as refusal:
        raise PictureError(path, refusal.outcome, refusal.reason, refusal.is_transient) from refusal


def examine_bytes(
    data: bytes,
    settings: ImagingSettings,
    thumbnails: Sequence[ThumbnailSettings],
    tolerant: bool = False,
) -> Picture:
    """As `examine_file`, for the bytes of a file.

    Raises:
        Refusal: the same outcomes and reasons.
    """
    image_type = find_type(data)
    if image_type is None:
        raise Refusal(Outcome.NOT_IMAGE, name_other(data))
    structure = walk_structure(image_type.name, data)
    _check_structure(structure, settings)
    try:
        return _examine_whole(structure, image_type, settings, thumbnails)
    except Refusal as refusal:
        if not tolerant or refusal.outcome != Outcome.DAMAGED:
            raise
    return _examine_damaged(structure, image_type, settings, thumbnails)


def _read(path: str, settings: ImagingSettings) -> bytes:
    most = settings.max_size_bytes
    try:
        with Path(path).open("rb") as file:
            # A read allocates what it may return: at `most` that costs more than the reading.
            data = file.read(min(os.fstat(file.fileno()).st_size, most) + 1)
    except OSError as error:
        raise Refusal(Outcome.MISSING, "file") from error
    if len(data) > most:
        raise Refusal(Outcome.TOO_BIG, "size")
    return data


def _check_structure(structure: Structure, settings: ImagingSettings) -> None:
    if structure.danger:
        raise Refusal(Outcome.UNSAFE, structure.danger)
    check_size(structure.width_px, structure.height_px, settings)


def _examine_whole(
    structure: Structure,
    image_type: ImageType,
    settings: ImagingSettings,
    thumbnails: Sequence[ThumbnailSettings],
) -> Picture:
    if structure.defect:
        raise Refusal(Outcome.DAMAGED, structure.defect, is_transient=True)
    if not image_type.decoder:
        return _describe_undecoded(image_type, structure)
    if not has_decoder(image_type):
        return _describe_undecoded(image_type, structure, "undecoded")
    with guarded_pillow(settings):
        return _examine_pixels(structure, image_type, settings, thumbnails)


def _examine_damaged(
    structure: Structure,
    image_type: ImageType,
    settings: ImagingSettings,
    thumbnails: Sequence[ThumbnailSettings],
) -> Picture:
    """What a browser would show of it: a part, or nothing we can decode."""
    if image_type in PARTLY_DECODED:
        first_only = replace(settings, max_frames=1)  # later frames may be missing
        with guarded_pillow(settings, tolerant=True):
            picture = _examine_pixels(structure, image_type, first_only, thumbnails)
            return replace(picture, flags=("damaged",))
    if not image_type.decoder:
        return _describe_undecoded(image_type, structure, "damaged")
    if not structure.width_px:  # not even its header is there
        raise Refusal(Outcome.DAMAGED, structure.defect or "decode")
    return _describe_undecoded(image_type, structure, "damaged", "undecoded")


def _describe_undecoded(image_type: ImageType, structure: Structure, *flags: str) -> Picture:
    """What is known of a picture that is not decoded; it is its own thumbnail."""
    media_type, extension = image_type.media_type, image_type.extension
    width, height = structure.width_px, structure.height_px
    return Picture(media_type, extension, width, height, flags=flags)


@contextmanager
def _translated() -> Iterator[None]:
    """Pillow's errors as refusals. Its decoders raise nearly anything for broken input."""
    try:
        yield
    except MemoryError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refusal(Outcome.UNSAFE, "pixels") from error
    except Exception as error:
        raise Refusal(Outcome.DAMAGED, "decode", is_transient=True) from error


def _examine_pixels(
    structure: Structure,
    image_type: ImageType,
    settings: ImagingSettings,
    thumbnails: Sequence[ThumbnailSettings],
) -> Picture:
    """Decode the picture and make its thumbnails, all in one visit."""
    with _translated():
        image = open_picture(structure.data, image_type)
    check_size(*image.size, settings)
    is_turned = read_orientation(image) in TURNED
    width, height = image.size[::-1] if is_turned else image.size
    targets = [target for each in thumbnails if (target := plan_target(width, height, each))]
    with _translated():
        decoded = decode(image, _find_needed(targets, is_turned), structure.profile)
    small = shrink_all(decoded, targets)
    fingerprint = hash_difference(_choose_hashed(decoded, small))
    frames = count_frames(image, structure.frames)
    moving, timing = _decode_animation(image, decoded, small, frames, settings)
    return Picture(
        image_type.media_type,
        image_type.extension,
        width,
        height,
        frames,
        _encode_all(targets, small, moving, timing, image_type),
        difference_hash=fingerprint,
        exif=read_exif(image),
        color_profile=read_profile_name(decoded.profile),
    )


def _decode_animation(
    image: ImageFile.ImageFile,
    first: Decoded,
    small: dict[Target, Image.Image],
    frames: int,
    settings: ImagingSettings,
) -> tuple[Mapping[Target, Sequence[Image.Image]], Timing | None]:
    """The frames of the thumbnails that move; nothing for a still picture or too long a film."""
    if not is_full_pass(image, frames, settings):
        return {}, None
    with _translated():
        return decode_rest(image, first, small, frames)


def _encode_all(
    targets: Sequence[Target],
    small: Mapping[Target, Image.Image],
    moving: Mapping[Target, Sequence[Image.Image]],
    timing: Timing | None,
    image_type: ImageType,
) -> tuple[Rendition, ...]:
    return tuple(
        encode_rendition(moving[target], target.settings, image_type, timing)
        if target in moving
        else encode_rendition([small[target]], target.settings, image_type)
        for target in targets
    )


def _find_needed(targets: Sequence[Target], is_turned: bool) -> tuple[int, int]:
    """Width and height, as stored, that the largest thumbnail is made from."""
    sizes = [target.whole_size for target in targets] or [_HASH_NEEDS]
    width, height = max(size[0] for size in sizes), max(size[1] for size in sizes)
    return (height, width) if is_turned else (width, height)


def _choose_hashed(decoded: Decoded, small: Mapping[Target, Image.Image]) -> Image.Image:
    """The smallest thumbnail that shows all of the picture, else one made for the hash."""
    whole = [target for target in small if target.shown == WHOLE]
    if not whole:
        return shrink_for_hash(decoded)
    return small[max(whole, key=lambda target: target.scale)]
