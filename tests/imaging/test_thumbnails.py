"""Sizes, quality, determinism and hygiene of thumbnails."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import pictures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat, TiffImagePlugin, TiffTags

from archiver.imaging.examine import examine_bytes
from archiver.imaging.geometry import plan_target
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings

SETTINGS = ImagingSettings()
EXACT = ThumbnailSettings(format="png")  # lossless: what is compared is the picture, not WebP
BOX = ThumbnailSettings(max_width=100, max_height=100, fit="cover")

SIZES = {
    "landscape": ((400, 200), ThumbnailSettings(), (320, 160)),
    "portrait": ((200, 400), ThumbnailSettings(), (160, 320)),
    "very tall": ((1, 10_000), ThumbnailSettings(), (1, 320)),
    "very wide": ((10_000, 1), ThumbnailSettings(), (320, 1)),
    "one pixel too wide": ((321, 10), ThumbnailSettings(), (320, 10)),
    "as large as asked": ((320, 320), ThumbnailSettings(), None),
    "tiny": ((1, 1), ThumbnailSettings(), None),
    "cover, landscape": ((400, 200), BOX, (100, 100)),
    "cover, no higher than the box": ((400, 80), BOX, (80, 80)),
    "cover, the box itself": ((100, 100), BOX, None),
    "cover, smaller but square": ((50, 50), BOX, None),
    "cover, another shape": ((400, 400), replace(BOX, max_height=50), (100, 50)),
}


@pytest.mark.parametrize(("size", "settings", "expected"), SIZES.values(), ids=SIZES.keys())
def test_sizes(size, settings, expected):
    data = pictures.save(pictures.quarters(size), "PNG")
    renditions = examine_bytes(data, SETTINGS, [settings]).renditions
    assert [(each.width_px, each.height_px) for each in renditions] == (
        [expected] if expected else []
    )


@given(
    width=st.integers(1, 20_000),
    height=st.integers(1, 20_000),
    settings=st.builds(
        ThumbnailSettings,
        max_width=st.integers(1, 4000),
        max_height=st.integers(1, 4000),
        fit=st.sampled_from(["inside", "cover"]),
    ),
)
def test_no_target_is_empty_enlarged_or_larger_than_asked(width, height, settings):
    target = plan_target(width, height, settings)
    if target is None:
        return
    assert 1 <= target.width_px <= min(width, settings.max_width)
    assert 1 <= target.height_px <= min(height, settings.max_height)
    assert target.scale >= 1 and all(0 < part <= 1 + 1e-9 for part in target.shown)


SOURCES = {
    "jpeg": {"format": "JPEG", "quality": 88},
    "jpeg without colour at half size": {"format": "JPEG", "quality": 92, "subsampling": 0},
    "progressive jpeg": {"format": "JPEG", "quality": 85, "progressive": True},
    "coarse jpeg": {"format": "JPEG", "quality": 60},
    "png": {"format": "PNG"},
    "webp": {"format": "WEBP", "quality": 85},
}


@pytest.mark.parametrize("side", [320, 160, 700])
@pytest.mark.parametrize("options", SOURCES.values(), ids=SOURCES.keys())
def test_thumbnails_are_as_good_as_lanczos_of_the_full_decode(options, side):
    data = pictures.save(pictures.photograph(3), **options)
    settings = replace(EXACT, max_width=side, max_height=side)
    (rendition,) = examine_bytes(data, SETTINGS, [settings]).renditions
    small = Image.open(io.BytesIO(rendition.data))
    full = Image.open(io.BytesIO(data)).convert("RGB")
    assert find_psnr(small, full.resize(small.size, Image.Resampling.LANCZOS)) >= 45


def test_a_jpeg_of_odd_size_decoded_at_half_is_not_shifted():
    data = pictures.save(pictures.photograph(4, (1601, 1067)), "JPEG", quality=90)
    (rendition,) = examine_bytes(data, SETTINGS, [replace(EXACT, max_width=200)]).renditions
    small = Image.open(io.BytesIO(rendition.data))
    full = Image.open(io.BytesIO(data))
    assert find_psnr(small, full.resize(small.size, Image.Resampling.LANCZOS)) >= 45


def test_small_ones_made_from_large_ones_are_as_good():
    data = pictures.save(pictures.photograph(3), "PNG")
    sizes = [replace(EXACT, name=str(side), max_width=side) for side in (100, 800, 300)]
    renditions = examine_bytes(data, SETTINGS, sizes).renditions
    assert [each.name for each in renditions] == ["100", "800", "300"]
    for settings, rendition in zip(sizes, renditions, strict=True):
        (alone,) = examine_bytes(data, SETTINGS, [settings]).renditions
        shown = [Image.open(io.BytesIO(each.data)) for each in (rendition, alone)]
        assert find_psnr(*shown) >= 45


def test_cover_shows_the_middle():
    image = Image.new("RGB", (400, 100), pictures.RED)
    image.paste(pictures.BLUE, (140, 0, 260, 100))  # LANCZOS sees 6 px beyond the cut
    settings = replace(EXACT, max_width=50, max_height=50, fit="cover")
    (rendition,) = examine_bytes(pictures.save(image, "PNG"), SETTINGS, [settings]).renditions
    small = Image.open(io.BytesIO(rendition.data))
    assert small.size == (50, 50) and small.getcolors() == [(2500, pictures.BLUE)]


def test_cover_of_a_turned_picture():
    settings = replace(EXACT, max_width=50, max_height=80, fit="cover")
    for orientation in range(1, 9):
        data = pictures.oriented(orientation, "PNG")
        (rendition,) = examine_bytes(data, SETTINGS, [settings]).renditions
        small = Image.open(io.BytesIO(rendition.data))
        corners = [small.getpixel(at) for at in ((5, 5), (44, 5), (5, 74), (44, 74))]
        assert (small.size, corners) == ((50, 80), list(pictures.QUARTERS))


FORMATS = {
    "webp": ("PNG", "webp", "image/webp"),
    "avif": ("PNG", "avif", "image/avif"),
    "jpeg": ("PNG", "jpeg", "image/jpeg"),
    "png": ("JPEG", "png", "image/png"),
    "the same: png": ("PNG", "same", "image/png"),
    "the same: jpeg": ("JPEG", "same", "image/jpeg"),
    "the same: webp": ("WEBP", "same", "image/webp"),
    "the same: gif becomes png": ("GIF", "same", "image/png"),
    "the same: bmp becomes jpeg": ("BMP", "same", "image/jpeg"),
}


@pytest.mark.parametrize(("source", "format", "expected"), FORMATS.values(), ids=FORMATS.keys())
def test_formats(source, format, expected):
    data = pictures.picture(source)
    (rendition,) = examine_bytes(data, SETTINGS, [ThumbnailSettings(format=format)]).renditions
    assert rendition.media_type == expected
    assert Image.MIME[Image.open(io.BytesIO(rendition.data)).format] == expected


@pytest.mark.parametrize("format", ["webp", "avif", "jpeg", "png"])
def test_bytes_are_the_same_every_time(format):
    data = pictures.save(pictures.photograph(1, (640, 400)), "JPEG")
    settings = [ThumbnailSettings(format=format)]
    first, second = (examine_bytes(data, SETTINGS, settings).renditions for _ in range(2))
    assert first == second


@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("format", ["webp", "avif", "jpeg", "png"])
def test_no_metadata_is_carried_over(source, format):
    exif = Image.Exif()
    exif[0x010E] = "SECRET"
    options = {"comment": b"SECRET"} if source == "JPEG" else {}
    icc = pictures.profile(pictures.P3_COLUMNS).replace(b"test\0", b"SECR\0")
    data = pictures.picture(source, exif=exif, icc_profile=icc, xmp=b"<x>SECRET</x>", **options)
    (rendition,) = examine_bytes(data, SETTINGS, [ThumbnailSettings(format=format)]).renditions
    assert b"SECR" in data and b"SECR" not in rendition.data


def test_exif_and_profile_are_recorded_without_the_place():
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker\0", "Model\n X"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    icc = pictures.profile(pictures.P3_COLUMNS)
    picture = examine_bytes(
        pictures.picture("JPEG", exif=exif, icc_profile=icc), SETTINGS, [ThumbnailSettings()]
    )
    taken = ("taken", "2024:05:01 12:00:00")
    assert picture.exif == (("make", "Maker"), ("model", "Model X"), taken)
    assert picture.color_profile == "test"


EXIF_TEXTS = {
    "UTF-8": ("\u56fe J\xf6rg\0".encode(), "\u56fe J\xf6rg"),
    "Latin-1": (b"J\xf6rg\0", "J\xf6rg"),
    "ASCII": (b"Joerg", "Joerg"),
    "a number": (7, ""),
    "nothing": (b"\0\0", ""),
}


@pytest.mark.parametrize(("value", "expected"), EXIF_TEXTS.values(), ids=EXIF_TEXTS.keys())
@pytest.mark.parametrize("kind", [TiffTags.ASCII, TiffTags.UNDEFINED])
def test_texts_of_exif_in_the_encodings_they_come_in(value, expected, kind):
    block = TiffImagePlugin.ImageFileDirectory_v2()
    block[0x013B] = value
    block.tagtype[0x013B] = TiffTags.LONG if isinstance(value, int) else kind
    if kind == TiffTags.UNDEFINED and expected == "J\xf6rg":
        expected = "J\ufffdrg"
    data = b"Exif\0\0II*\0\x08\0\0\0" + block.tobytes(8)
    picture = examine_bytes(pictures.picture("JPEG", exif=data), SETTINGS, [])
    assert dict(picture.exif).get("artist", "") == expected


def test_hashes_are_alike_for_what_looks_alike():
    photo, other = pictures.photograph(1), pictures.photograph(2)
    marked = photo.copy()
    marked.paste((255, 255, 255), (800, 640, 1060, 680))
    files = {
        "jpeg": pictures.save(photo, "JPEG", quality=70),
        "half": pictures.save(photo.resize((544, 352)), "WEBP"),
        "smaller than its thumbnail": pictures.save(photo.resize((300, 194)), "PNG"),
        "marked": pictures.save(marked, "JPEG"),
    }
    first = find_hash(pictures.save(photo, "PNG"))
    assert all(count_bits(first ^ find_hash(data)) <= 6 for data in files.values())
    assert count_bits(first ^ find_hash(pictures.save(other, "PNG"))) > 12


def find_hash(data: bytes) -> int:
    text = examine_bytes(data, SETTINGS, [ThumbnailSettings()]).difference_hash
    assert len(text) == 16
    return int(text, 16)


def count_bits(number: int) -> int:
    return number.bit_count()


def find_psnr(one: Image.Image, other: Image.Image) -> float:
    """Peak signal-to-noise ratio in dB over all channels; infinite where equal."""
    squares = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).sum2
    error = sum(squares) / (3 * one.width * one.height)
    return 10 * math.log10(255**2 / error) if error else math.inf
