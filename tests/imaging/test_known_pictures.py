"""Pictures of known facts → the facts and pixel values that must come out."""

from __future__ import annotations

import io
import sys
import zlib
from dataclasses import replace

import pictures
import pytest
from pictures import BLUE, GREEN, QUARTERS, RED, WHITE
from PIL import Image

from archiver.imaging.examine import examine_bytes
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings

SETTINGS = ImagingSettings()
EXACT = ThumbnailSettings(name="32", max_width=32, max_height=32, format="png")
CLEAR, GRAY = (0, 0, 0, 0), (128,)
_CORNERS = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))

FILES = {
    "jpeg": (pictures.picture("JPEG", quality=95), "image/jpeg", ".jpg"),
    "progressive jpeg": (pictures.picture("JPEG", progressive=True), "image/jpeg", ".jpg"),
    "png": (pictures.picture("PNG"), "image/png", ".png"),
    "gif": (pictures.picture("GIF"), "image/gif", ".gif"),
    "webp": (pictures.picture("WEBP"), "image/webp", ".webp"),
    "lossless webp": (pictures.picture("WEBP", lossless=True), "image/webp", ".webp"),
    "avif": (pictures.picture("AVIF"), "image/avif", ".avif"),
    "bmp": (pictures.picture("BMP"), "image/bmp", ".bmp"),
    "tiff": (pictures.picture("TIFF"), "image/tiff", ".tif"),
    "deflated tiff": (pictures.picture("TIFF", compression="tiff_deflate"), "image/tiff", ".tif"),
    "jpeg 2000": (pictures.picture("JPEG2000"), "image/jp2", ".jp2"),
    "jpeg 2000 codestream": (pictures.picture("JPEG2000", no_jp2=True), "image/j2c", ".j2k"),
    "mpo": (pictures.mpo(), "image/jpeg", ".jpg"),
    "png with junk after it": (pictures.picture("PNG") + b"<script>", "image/png", ".png"),
    "jpeg with an archive after it": (pictures.picture("JPEG") + b"PK\3\4", "image/jpeg", ".jpg"),
    "avif with text after it": (pictures.picture("AVIF") + b"<!-- 9 ms -->", "image/avif", ".avif"),
    "avif with a jpeg after it": (
        pictures.picture("AVIF") + pictures.picture("JPEG"),
        "image/avif",
        ".avif",
    ),
    "png with a wrong ancillary checksum": (
        pictures.wrong_ancillary_checksum(),
        "image/png",
        ".png",
    ),
}


@pytest.mark.parametrize(("data", "media_type", "extension"), FILES.values(), ids=FILES.keys())
def test_type_size_and_quarters(data, media_type, extension):
    picture = examine_bytes(data, SETTINGS, [EXACT])
    assert (picture.media_type, picture.extension) == (media_type, extension)
    assert (picture.width_px, picture.height_px, picture.flags) == (400, 300, ())
    assert_shows(picture.renditions[0], (32, 24), QUARTERS)


PIXELS = {
    "16-bit gray": (pictures.gray_16_bit(), [(68,), (196,), (68,), (196,)]),
    "16-bit gray, big endian": (
        pictures.gray_16_bit_tiff_big_endian(),
        [(68,), (196,), (68,), (196,)],
    ),
    "16-bit RGB": (pictures.rgb_16_bit(), [(200, 100, 50)] * 4),
    "1-bit checker": (pictures.one_bit(), [GRAY] * 4),
    "colour hidden under alpha": (pictures.hidden_colour(), [CLEAR, (*RED, 255)] * 2),
    "palette with transparency": (
        pictures.palette_with_hidden_colour(),
        [CLEAR, (*BLUE, 255)] * 2,
    ),
    "gray and alpha": (pictures.gray_with_alpha(), [(80, 128)] * 4),
    "gray with a transparent value": (
        pictures.transparent_gray(),
        [CLEAR, (200, 200, 200, 255)] * 2,
    ),
    "2-bit gray with a transparent value": (
        pictures.transparent_left(2, [2], [1]),
        [CLEAR, (85, 85, 85, 255)] * 2,
    ),
    "4-bit gray with a transparent value": (
        pictures.transparent_left(4, [9], [10]),
        [CLEAR, (170, 170, 170, 255)] * 2,
    ),
    "16-bit gray with a transparent value": (
        pictures.transparent_left(16, [51400], [12850]),
        [(0, 0), (50, 255)] * 2,
    ),
    "16-bit RGB with a transparent colour": (
        pictures.transparent_left(16, [51555, 25700, 50], [2570, 5140, 7710]),
        [CLEAR, (10, 20, 30, 255)] * 2,
    ),
    "CMYK": (pictures.cmyk(), [RED] * 4),
    "CMYK with a profile of RGB": (
        pictures.cmyk(icc_profile=pictures.profile(pictures.P3_COLUMNS)),
        [RED] * 4,
    ),
    "a profile with red and blue swapped": (
        pictures.with_profile(RED, pictures.profile(pictures.SRGB_COLUMNS[::-1])),
        [BLUE] * 4,
    ),
    "a profile in a JPEG": (
        pictures.with_profile(RED, pictures.profile(pictures.SRGB_COLUMNS[::-1]), "JPEG"),
        [BLUE] * 4,
    ),
    "a wide gamut": (
        # By hand: linear = (value/255)^2.2, P3 → XYZ → sRGB matrices, sRGB curve.
        pictures.with_profile((200, 100, 50), pictures.profile(pictures.P3_COLUMNS)),
        [(216, 94, 25)] * 4,
    ),
    "a profile that is garbage": (
        pictures.with_profile((200, 100, 50), b"garbage" * 50),
        [(200, 100, 50)] * 4,
    ),
    "a colour profile on gray": (
        pictures.save(
            Image.new("L", (400, 400), 80), "PNG", icc_profile=pictures.profile(pictures.P3_COLUMNS)
        ),
        [(80,)] * 4,
    ),
    "an animated GIF: its first frame": (pictures.animation("GIF"), [RED] * 4),
    "an animated WebP": (pictures.animation("WEBP"), [RED] * 4),
    "an APNG": (pictures.animation("PNG"), [RED] * 4),
    "an animated AVIF": (pictures.animation("AVIF"), [RED] * 4),
    "texts that unpack to 80 MB": (pictures.text_bomb(), [(9, 99, 199)] * 4),
    "a profile of 1.5 MB": (pictures.profile_bomb(), [(9, 99, 199)] * 4),
}


@pytest.mark.parametrize(("data", "expected"), PIXELS.values(), ids=PIXELS.keys())
def test_pixels(data, expected):
    (rendition,) = examine_bytes(data, SETTINGS, [EXACT]).renditions
    assert_shows(rendition, (rendition.width_px, rendition.height_px), expected)


_LINEAR, _P3, _AS_IT_IS = (229, 168, 122), (215, 93, 31), (200, 100, 50)  # as Chromium shows them
_PROFILE = pictures.packed_profile(pictures.P3_COLUMNS)
COLOURS = {
    "linear": (pictures.with_chunks(*pictures.gamma(100_000)), _LINEAR),
    "a Macintosh of old": (pictures.with_chunks(*pictures.gamma(55_556)), (210, 119, 65)),
    "sRGB's curve, nearly": (pictures.with_chunks(*pictures.gamma(45_455)), _AS_IT_IS),
    "no gamma at all": (pictures.with_chunks(*pictures.gamma(0)), _AS_IT_IS),
    "a gamma that nobody has": (pictures.with_chunks(*pictures.gamma(2**32 - 1)), (255, 255, 255)),
    "gray, linear": (pictures.with_chunks(*pictures.gamma(100_000), colour=[100]), (168, 168, 168)),
    "gamma and primaries": (
        pictures.with_chunks(*pictures.gamma(45_455, *pictures.P3_PRIMARIES)),
        _P3,
    ),
    "primaries that are none": (
        pictures.with_chunks(*pictures.gamma(100_000, *[0] * 8)),
        _AS_IT_IS,
    ),
    "primaries on a line": (
        pictures.with_chunks(*pictures.gamma(100_000, *[30_000] * 8)),
        _AS_IT_IS,
    ),
    "primaries alone": (
        pictures.with_chunks(*pictures.gamma(0, *pictures.P3_PRIMARIES)[1:]),
        _AS_IT_IS,
    ),
    "sRGB before gamma": (
        pictures.with_chunks(pictures.chunk(b"sRGB", b"\0"), *pictures.gamma(100_000)),
        _AS_IT_IS,
    ),
    "a profile before gamma": (
        pictures.with_chunks(_PROFILE, *pictures.gamma(100_000)),
        (216, 94, 25),
    ),
    "code points": (pictures.with_chunks(pictures.chunk(b"cICP", b"\x0c\x0d\0\1")), _P3),
    "code points before a profile": (
        pictures.with_chunks(pictures.chunk(b"cICP", b"\1\x0d\0\1"), _PROFILE),
        _AS_IT_IS,
    ),
    "a profile where the code points are of HDR": (
        pictures.with_chunks(pictures.chunk(b"cICP", b"\x09\x10\0\1"), _PROFILE),
        (216, 94, 25),
    ),
    "avif, Display P3": (pictures.avif_told(12, 13), _P3),
    "avif, BT.2020": (pictures.avif_told(9, 14), (241, 76, 29)),
    "avif, linear": (pictures.avif_told(1, 8), _LINEAR),
    "avif, of colours not told": (pictures.avif_told(2, 2), _AS_IT_IS),
}


@pytest.mark.parametrize(("data", "expected"), COLOURS.values(), ids=COLOURS.keys())
def test_colours_told_in_numbers(data, expected):
    (rendition,) = examine_bytes(data, SETTINGS, [EXACT]).renditions
    assert_shows(rendition, (32, 32), [expected] * 4)


_SWAPPED = zlib.compress(pictures.profile(pictures.SRGB_COLUMNS[::-1]))
PASSED_OVER = {
    "a short gAMA": pictures.with_chunk(b"gAMA", b"\0\0"),
    "a short cHRM": pictures.with_chunk(b"cHRM", bytes(20)),
    "an empty sRGB": pictures.with_chunk(b"sRGB", b""),
    "a short pHYs": pictures.with_chunk(b"pHYs", bytes(8)),
    "a short acTL": pictures.with_chunk(b"acTL", bytes(4)),
    "a short tRNS": pictures.with_chunk(b"tRNS", b"\0\0"),
    "a tRNS after the pixels": pictures.with_chunk(b"tRNS", b"\0\xff\0\0\0\0", is_last=True),
    "an empty profile": pictures.with_chunk(b"iCCP", b""),
    "a profile without a name": pictures.with_chunk(b"iCCP", b"\0\0" + _SWAPPED),
    "a profile packed by no known method": pictures.with_chunk(b"iCCP", b"x\0\1" + _SWAPPED),
    "a profile after the pixels": pictures.with_chunk(b"iCCP", b"x\0\0" + _SWAPPED, is_last=True),
    "a profile that is not packed": pictures.with_chunk(b"iCCP", b"x\0\0garbage"),
}


@pytest.mark.parametrize("data", PASSED_OVER.values(), ids=PASSED_OVER.keys())
def test_broken_chunks_of_a_png_are_passed_over_as_browsers_do(data):
    picture = examine_bytes(data, SETTINGS, [EXACT])
    assert_shows(picture.renditions[0], (32, 24), QUARTERS)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(orientation, format):
    picture = examine_bytes(pictures.oriented(orientation, format), SETTINGS, [EXACT])
    size = (400, 200) if orientation < 5 else (200, 400)
    assert (picture.width_px, picture.height_px) == size
    assert_shows(picture.renditions[0], (size[0] * 32 // 400, size[1] * 32 // 400), QUARTERS)


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\x7f", b"x" * 99])
def test_a_broken_exif_block_turns_nothing(exif):
    data = pictures.picture("JPEG", exif=exif) if exif else pictures.picture("JPEG")
    assert_shows(examine_bytes(data, SETTINGS, [EXACT]).renditions[0], (32, 24), QUARTERS)


def test_transparency_is_flattened_on_the_background_where_the_format_has_none():
    on_blue = replace(EXACT, format="jpeg", background="#0000ff", quality=95)
    (rendition,) = examine_bytes(pictures.hidden_colour(), SETTINGS, [on_blue]).renditions
    assert_shows(rendition, (32, 32), [BLUE, RED] * 2)


@pytest.mark.parametrize("format", ["webp", "avif", "jpeg", "png"])
@pytest.mark.parametrize("is_hidden", [False, True], ids=["gray", "gray and alpha"])
def test_gray_in_every_format(is_hidden, format):
    data = pictures.gray_with_alpha() if is_hidden else save_gray(80)
    shown = {"jpeg": (167, 167, 167), "png": (80, 128)}.get(format, (80, 80, 80, 128))
    if not is_hidden:
        shown = (80,) if format in ("jpeg", "png") else (80, 80, 80)
    (rendition,) = examine_bytes(data, SETTINGS, [replace(EXACT, format=format)]).renditions
    assert_shows(rendition, (rendition.width_px, rendition.height_px), [shown] * 4)


def save_gray(value: int) -> bytes:
    return pictures.save(Image.new("L", (400, 400), value), "PNG")


FRAMES = {
    "gif": (pictures.animation("GIF"), 3),
    "gif with disposal": (pictures.disposed_gif(), 2),
    "webp": (pictures.animation("WEBP"), 3),
    "apng": (pictures.animation("PNG"), 3),
    "avif": (pictures.animation("AVIF"), 3),
    "mpo": (pictures.mpo(), 2),
    "still": (pictures.picture("GIF"), 1),
}


@pytest.mark.parametrize(("data", "frames"), FRAMES.values(), ids=FRAMES.keys())
def test_frames_are_counted(data, frames):
    assert examine_bytes(data, SETTINGS, [EXACT]).frames == frames


MOVING = {
    "gif": (pictures.animation("GIF"), [RED, GREEN, BLUE]),
    "webp": (pictures.animation("WEBP"), [RED, GREEN, BLUE]),
    "apng": (pictures.animation("PNG"), [RED, GREEN, BLUE]),
    "gif with disposal": (pictures.disposed_gif(), [RED, GREEN]),
}


@pytest.mark.parametrize(("data", "colours"), MOVING.values(), ids=MOVING.keys())
def test_an_animation_is_kept_on_wish(data, colours):
    moving = replace(EXACT, format="webp", animate=True, quality=95)
    (rendition,) = examine_bytes(data, SETTINGS, [moving]).renditions
    shown = Image.open(io.BytesIO(rendition.data))
    assert (shown.n_frames, shown.size, shown.info["loop"]) == (len(colours), (32, 24), 0)
    for index, colour in enumerate(colours):
        shown.seek(index)
        assert_near(shown.convert("RGB").getpixel((2, 2)), colour)
        assert shown.info["duration"] == 200


TIMINGS = {
    "as often as a GIF can": (pictures.animation("GIF", loop=65_535), 0, 200),
    "one time less": (pictures.animation("GIF", loop=65_534), 65_535, 200),
    "more often than a WebP can": (pictures.animation("PNG", loop=65_536), 0, 200),
    "frames of 18 hours": (pictures.slow_apng(65_535), 0, 2**24 - 1),
    "frames of no time": (pictures.slow_apng(0), 0, 100),
}


@pytest.mark.parametrize(("data", "repeats", "duration_ms"), TIMINGS.values(), ids=TIMINGS.keys())
def test_an_animation_runs_as_long_as_its_thumbnail_can(data, repeats, duration_ms):
    moving = replace(EXACT, format="webp", animate=True)
    (rendition,) = examine_bytes(data, SETTINGS, [moving]).renditions
    shown = Image.open(io.BytesIO(rendition.data))
    assert shown.info["loop"] == repeats
    for index in range(3):
        shown.seek(index)
        shown.load()
        assert shown.info["duration"] == duration_ms


UNDECODED = {
    "svg": (pictures.SVG, "image/svg+xml", ".svg", (120, 151), ()),
    "svgz": (pictures.SVGZ, "image/svg+xml", ".svgz", (120, 151), ()),
    "heic": (pictures.heic(), "image/heic", ".heic", (640, 480), ("undecoded",)),
    "jpeg xl": (pictures.jxl_in_parts(), "image/jxl", ".jxl", (0, 0), ("undecoded",)),
}


@pytest.mark.parametrize(
    ("data", "media_type", "extension", "size", "flags"), UNDECODED.values(), ids=UNDECODED.keys()
)
def test_what_is_stored_without_a_decoder(data, media_type, extension, size, flags, monkeypatch):
    for plugin in ("pillow_heif.HeifImagePlugin", "pillow_jxl.JpegXLImagePlugin"):
        monkeypatch.setitem(sys.modules, plugin, None)
    picture = examine_bytes(data, SETTINGS, [EXACT])
    assert (picture.media_type, picture.extension) == (media_type, extension)
    assert (picture.width_px, picture.height_px, picture.flags) == (*size, flags)
    assert picture.renditions == ()


@pytest.mark.parametrize("reserved", [b"\0", b"\xff"], ids=["zero", "as .NET writes it"])
def test_icons_give_their_largest_picture(reserved):
    data = pictures.save(pictures.quarters((256, 256)), "ICO", sizes=[(16, 16), (256, 256)])
    data = data[:9] + reserved + data[10:]
    picture = examine_bytes(data, SETTINGS, [EXACT])
    assert (picture.media_type, picture.extension) == ("image/vnd.microsoft.icon", ".ico")
    assert (picture.width_px, picture.height_px) == (256, 256)
    assert_shows(picture.renditions[0], (32, 32), QUARTERS)


def test_white_stays_white_in_every_thumbnail_format():
    data = pictures.save(Image.new("RGB", (400, 400), WHITE), "PNG")
    for format in ("webp", "avif", "jpeg", "png"):
        (rendition,) = examine_bytes(data, SETTINGS, [replace(EXACT, format=format)]).renditions
        assert_shows(rendition, (32, 32), [WHITE] * 4)


def assert_shows(rendition, size, expected):
    """The rendition has that size, and those values in the middle of its quarters."""
    image = Image.open(io.BytesIO(rendition.data))
    assert image.size == size == (rendition.width_px, rendition.height_px)
    for (x, y), values in zip(_CORNERS, expected, strict=True):
        found = image.getpixel((int(size[0] * x), int(size[1] * y)))
        assert_near(found if isinstance(found, tuple) else (found,), values)


def assert_near(found, expected):
    """Equal but for what rounding and lossy sources do to plain colours."""
    same_length = len(found) == len(expected)
    assert same_length and max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 3, (
        found,
        expected,
    )
