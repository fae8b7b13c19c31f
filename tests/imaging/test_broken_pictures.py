"""Files that are no pictures, stop short, or are bombs."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from functools import cache

import pictures
import pytest
from samples import MUTATIONS

from archiver.errors import PictureError
from archiver.imaging.examine import examine_bytes, examine_file
from archiver.imaging.refusal import Refusal
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings

SETTINGS = ImagingSettings()
SMALL = (ThumbnailSettings(max_width=32, max_height=32, format="png"),)

OTHERS = {
    "nothing": (b"", "empty"),
    "a page": (b"\n<!DOCTYPE html>\n<html><body>Sign in", "html"),
    "a page with an svg in it": (b"<html><body><svg xmlns='http://www.w3.org/2000/svg'/>", "html"),
    "a fragment of a page": (b"<div>not found</div>", "html"),
    "an error in XML": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "xml"),
    "json": (b'{"error": "hotlink"}', "json"),
    "broken json": (b'{"error": hotlink}', "text"),
    "text": (b"Forbidden", "text"),
    "text in Chinese, cut in a character": (b"x" + "禁".encode() * 2000, "text"),
    "text in an encoding of old": ("禁止访问, ".encode("gbk") * 9, "unknown"),
    "text in Chinese": ("禁止访问".encode(), "text"),
    "text that begins like a bitmap": (b"BM is a name", "text"),
    "a newline before a PNG": (b"\n" + pictures.picture("PNG"), "unknown"),
    "pdf": (b"%PDF-1.7\n", "pdf"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "postscript"),
    "a program": (b"MZ\x90\0", "program"),
    "a film": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video"),
    "a zip": (b"PK\3\4", "zip"),
    "gzipped html": (pictures.gzip.compress(b"<html><body>"), "unknown"),
    "four bytes of an icon": (b"\0\0\1\0", "unknown"),
    "random bytes": (random.Random(7).randbytes(3000), "unknown"),
}


@pytest.mark.parametrize(("data", "reason"), OTHERS.values(), ids=OTHERS.keys())
def test_what_is_no_image(data, reason):
    assert refusal_of(data) == ("not_image", reason, False)


def save(*arguments, **options):
    """A photograph as a file."""
    return pictures.save(pictures.photograph(5, (400, 300)), *arguments, **options)


WHOLE = {
    "jpeg": lambda: save("JPEG"),
    "progressive jpeg": lambda: save("JPEG", progressive=True),
    "jpeg with a thumbnail in EXIF": lambda: save(
        "JPEG", exif=b"Exif\0\0" + pictures.picture("JPEG")
    ),
    "mpo": pictures.mpo,
    "png": lambda: save("PNG"),
    "apng": lambda: pictures.animation("PNG"),
    "gif": lambda: save("GIF"),
    "animated gif": lambda: pictures.animation("GIF"),
    "webp": lambda: save("WEBP"),
    "lossless webp": lambda: save("WEBP", lossless=True),
    "animated webp": lambda: pictures.animation("WEBP"),
    "avif": lambda: save("AVIF"),
    "bmp": lambda: save("BMP"),
    "tiff": lambda: save("TIFF"),
    "ico": lambda: save("ICO"),
    "jpeg 2000": lambda: save("JPEG2000"),
    "jpeg 2000 codestream": lambda: save("JPEG2000", no_jp2=True),
    "svg": lambda: pictures.SVG,
    "svgz": lambda: pictures.SVGZ,
}


@cache
def whole(name):
    """The bytes of a file of `WHOLE`."""
    return WHOLE[name]()


PARTLY = {"jpeg", "progressive jpeg", "png", "gif", "animated gif", "bmp", "tiff", "ico"}


@pytest.mark.parametrize("lost", [1, 2, 20, 0.1, 0.5])
@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_stops_short(name, lost):
    examine_bytes(whole(name), SETTINGS, SMALL)
    short = pictures.cut(whole(name), lost)
    if name == "mpo" and lost != 0.5:  # its first picture, all that is shown, is still whole
        examine_bytes(short, SETTINGS, SMALL)
        return
    outcome, _, is_transient = refusal_of(short)
    assert (outcome, is_transient) == ("damaged", True)


@pytest.mark.parametrize("lost", [1, 20, 0.1, 0.5])
@pytest.mark.parametrize("name", [name for name in WHOLE if name not in ("svgz", "mpo")])
def test_tolerance_takes_it_as_far_as_it_goes(name, lost):
    short = pictures.cut(whole(name), lost)
    picture = examine_bytes(short, SETTINGS, SMALL, tolerant=True)
    assert "damaged" in picture.flags
    if name != "svg":
        assert (picture.width_px, picture.height_px) in ((400, 300), (256, 192))
    if name in PARTLY:
        assert [rendition.width_px for rendition in picture.renditions] == [32]


@pytest.mark.parametrize("name", WHOLE)
def test_tolerance_changes_nothing_for_a_whole_file(name):
    strict = examine_bytes(whole(name), SETTINGS, SMALL)
    assert examine_bytes(whole(name), SETTINGS, SMALL, tolerant=True) == strict


DEFECTS = {
    "an icon cut in the head of its directory": (lambda: whole("ico")[:8], "truncated"),
    "a bit turned over in IDAT": (lambda: pictures.corrupt_idat(), "checksum"),
    "no IEND": (lambda: pictures.without_iend(), "truncated"),
    "only a PNG signature": (lambda: b"\x89PNG\r\n\x1a\n", "truncated"),
    "a PNG without a header": (
        lambda: b"\x89PNG\r\n\x1a\n" + pictures.chunk(b"tRNS", b""),
        "truncated",
    ),
    "only SOI and EOI": (lambda: b"\xff\xd8\xff\xd9", "truncated"),
    "only a GIF header": (lambda: b"GIF89a\1\0\1\0\0\0\0;", "truncated"),
    "a JPEG whose only EOI is in EXIF": (
        lambda: pictures.cut(whole("jpeg with a thumbnail in EXIF"), 2),
        "truncated",
    ),
    "a JPEG XL cut between its parts": (lambda: pictures.jxl_in_parts()[:-16], "truncated"),
    "a JPEG XL cut in its last part": (lambda: pictures.jxl_in_parts()[:-1], "truncated"),
    "an SVG that is not well formed": (lambda: pictures.SVG.replace(b"</svg>", b"</b>"), "xml"),
    "a GIF with a block that is none": (
        lambda: pictures.picture("GIF")[:-1] + b"\x07\0;",
        "block",
    ),
}


@pytest.mark.parametrize(("make", "reason"), DEFECTS.values(), ids=DEFECTS.keys())
def test_defects(make, reason):
    assert refusal_of(make()) == ("damaged", reason, True)


BOMBS = {
    "20 kB of PNG, 169 MP": (lambda: pictures.pixel_bomb(), "pixels"),
    "a header of 50,000 × 50,000": (lambda: pictures.header_bomb(), "pixels"),
    "a GIF frame far outside its canvas": (lambda: pictures.gif_header_bomb(), "pixels"),
    "a WebP canvas that opening would allocate": (lambda: pictures.webp_header_bomb(), "pixels"),
    "a line longer than the longest side": (
        lambda: pictures.png_of(20_001, 1, 8, 0, b"\0" * 20_002),
        "pixels",
    ),
    "an icon with a huge PNG in it": (
        lambda: (
            b"\0\0\1\0\1\0\0\0\0\0\1\0\x20\0" + b"\x45\0\0\0\x16\0\0\0" + pictures.header_bomb()
        ),
        "pixels",
    ),
    "400 scans": (lambda: pictures.scan_bomb(), "scans"),
    "60,000 chunks": (lambda: pictures.chunk_bomb(), "chunks"),
    "120,000 segments": (lambda: pictures.segment_bomb(), "segments"),
}


@pytest.mark.parametrize(("make", "reason"), BOMBS.values(), ids=BOMBS.keys())
def test_bombs_are_refused_before_decoding(make, reason, monkeypatch):
    def fail(*_):
        raise AssertionError("it was decoded")

    data = make()
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", fail)
    assert refusal_of(data) == ("unsafe", reason, False)


def test_a_bomb_of_frames_is_kept_and_only_its_first_frame_decoded():
    started = time.process_time()
    picture = examine_bytes(pictures.frame_bomb(), SETTINGS, SMALL)
    assert (picture.frames, picture.width_px) == (20_000, 4000)
    assert time.process_time() - started < 10  # all frames would take an hour


def test_a_bomb_of_entities_is_no_picture():
    started = time.process_time()
    assert refusal_of(pictures.entity_bomb())[0] in ("not_image", "damaged")
    assert time.process_time() - started < 5


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"Forbidden")
    with pytest.raises(PictureError) as caught:
        examine_file(str(path), SETTINGS, SMALL)
    assert caught.value.args == (str(path), "not_image", "text", False)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(PictureError) as caught:
        examine_file(str(tmp_path / "none.png"), SETTINGS, SMALL)
    assert caught.value.args == (str(tmp_path / "none.png"), "missing", "file", False)


def test_a_file_over_the_size_limit_is_not_decoded(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(pictures.picture("PNG"))
    with pytest.raises(PictureError) as caught:
        examine_file(str(path), ImagingSettings(max_size_bytes=100), SMALL)
    assert caught.value.outcome == "too_big"


def test_mutations_end_as_pictures_or_refusals():
    source = random.Random(20)
    small = {name: whole(name) for name in WHOLE if len(whole(name)) < 200_000}
    for round_ in range(MUTATIONS):
        name = source.choice(sorted(small))
        data = mutate(small[name], source)
        with suppress(Refusal, MemoryError):  # answers too; anything else is ours to mend
            examine_bytes(data, SETTINGS, SMALL, tolerant=round_ % 2 == 0)


def mutate(data: bytes, source: random.Random) -> bytes:
    """*data* with up to eight places changed, cut out or doubled; mostly in its first kilobyte."""
    changed = bytearray(data)
    for _ in range(source.randint(1, 8)):
        limit = min(len(changed), 1024 if source.random() < 0.7 else len(changed))
        at = source.randrange(max(1, limit))
        kind = source.random()
        if kind < 0.6:
            changed[at : at + 1] = source.choice([b"\0", b"\xff", source.randbytes(1)])
        elif kind < 0.8:
            del changed[at : at + source.randint(1, 16)]
        else:
            changed[at:at] = changed[at : at + source.randint(1, 16)]
    return bytes(changed)


def refusal_of(data: bytes) -> tuple[str, str, bool]:
    with pytest.raises(Refusal) as caught:
        examine_bytes(data, SETTINGS, SMALL)
    return caught.value.outcome, caught.value.reason, caught.value.is_transient
