"""One file → the facts of the picture in it and its thumbnails.

bytes → type → structure → sizes → one decode → thumbnails. Pure but for Pillow's switches; meant
for a process of its own (`workers`), since it reads whatever a stranger sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageFile

from archiver.errors import PictureError
from archiver.imaging.animation import count_frames, decode_rest, is_full_pass
from archiver.imaging.decode import (
    check_size,
    decode,
    guarded_pillow,
    has_decoder,
    open_picture,
    read_orientation,
)
from archiver.imaging.encode import encode_rendition
from archiver.imaging.geometry import TURNED, WHOLE, Target, plan_target
from archiver.imaging.refusal import Refusal
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.imaging.signatures import ImageType, find_type, name_other
from archiver.imaging.structure import walk_structure
from archiver.imaging.structure.found import Structure
from archiver.imaging.thumbnails import hash_difference, shrink_all, shrink_for_hash
from archiver.model import Outcome, Picture

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
            ``memory``, …) or ``too_big``; its URL is *path*.
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
    _check_structure(structure, settings, tolerant)
    if not image_type.decoder:
        return _describe_undecoded(image_type, structure)
    if not has_decoder(image_type):
        return _describe_undecoded(image_type, structure, ("undecoded",))
    with guarded_pillow(settings, tolerant):
        with _translated(tolerant):
            image = open_picture(structure.data, image_type)
        check_size(*image.size, settings)
        return _describe_decoded(image, image_type, structure, settings, thumbnails, tolerant)


def _read(path: str, settings: ImagingSettings) -> bytes:
    with Path(path).open("rb") as file:
        data = file.read(settings.max_size_bytes + 1)
    if len(data) > settings.max_size_bytes:
        raise Refusal(Outcome.TOO_BIG, "size")
    return data


def _check_structure(structure: Structure, settings: ImagingSettings, tolerant: bool) -> None:
    if structure.danger:
        raise Refusal(Outcome.UNSAFE, structure.danger)
    check_size(structure.width_px, structure.height_px, settings)
    if structure.defect and not tolerant:
        raise Refusal(Outcome.DAMAGED, structure.defect, is_transient=True)


def _describe_undecoded(
    image_type: ImageType, structure: Structure, flags: tuple[str, ...] = ()
) -> Picture:
    """What is known of a picture that nothing here can decode; it is its own thumbnail."""
    flags += ("damaged",) if structure.defect else ()
    return Picture(
        image_type.media_type,
        image_type.extension,
        structure.width_px,
        structure.height_px,
        flags=flags,
    )


@contextmanager
def _translated(tolerant: bool) -> Iterator[None]:
    """Pillow's errors as refusals. Its decoders raise nearly anything for broken input."""
    try:
        yield
    except MemoryError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refusal(Outcome.UNSAFE, "pixels") from error
    except Exception as error:
        raise Refusal(Outcome.DAMAGED, "decode", is_transient=not tolerant) from error


def _describe_decoded(
    image: ImageFile.ImageFile,
    image_type: ImageType,
    structure: Structure,
    settings: ImagingSettings,
    thumbnails: Sequence[ThumbnailSettings],
    tolerant: bool,
) -> Picture:
    """Decode *image* and make its thumbnails, all in one visit."""
    size, turned = image.size, read_orientation(image) in TURNED
    width, height = size[::-1] if turned else size
    targets = [t for each in thumbnails if (t := plan_target(width, height, each))]
    frames = count_frames(image, structure.frames)
    with _translated(tolerant):
        decoded = decode(image, _find_needed(targets, turned))
    small = shrink_all(decoded, targets)
    whole = [small[t] for t in targets if t.shown == WHOLE]
    fingerprint = hash_difference(whole[-1] if whole else shrink_for_hash(decoded))
    moving: dict[Target, list[Image.Image]] = {}
    timing = None
    if is_full_pass(image, frames, settings):
        with _translated(tolerant):
            moving, timing = decode_rest(image, decoded, small, frames)
    renditions = tuple(
        encode_rendition(moving[t], t.settings, image_type, timing)
        if t in moving
        else encode_rendition([small[t]], t.settings, image_type)
        for t in targets
    )
    return Picture(
        image_type.media_type,
        image_type.extension,
        width,
        height,
        frames,
        renditions,
        ("damaged",) if structure.defect else (),
        difference_hash=fingerprint,
    )


def _find_needed(targets: Sequence[Target], is_turned: bool) -> tuple[int, int]:
    """Width and height, as stored, that the largest thumbnail is made from."""
    sizes = [target.whole_size for target in targets] or [_HASH_NEEDS]
    width, height = max(size[0] for size in sizes), max(size[1] for size in sizes)
    return (height, width) if is_turned else (width, height)
