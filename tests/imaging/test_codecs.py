"""What `doctor` reads, and the decoders of the extra."""

from __future__ import annotations

from importlib import metadata

import pictures
import pytest
from required import need_module

from archiver.imaging.codecs import list_codecs
from archiver.imaging.examine import examine_bytes
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings


def test_the_decoders_here_are_named_and_have_no_known_hole():
    codecs = {codec.name: codec for codec in list_codecs()}
    assert {"Pillow", "JPEG", "WebP", "HEIC"} <= codecs.keys()
    assert codecs["JPEG"].is_here and not any(codec.hole for codec in codecs.values())


def test_a_plug_in_that_is_not_installed_is_said_to_be_missing(monkeypatch):
    def version(package):
        if package == "pillow-heif":
            raise metadata.PackageNotFoundError(package)
        return "13.0.0"

    monkeypatch.setattr(metadata, "version", version)
    (heic,) = (codec for codec in list_codecs() if codec.name == "HEIC")
    assert not heic.is_here


EXTRAS = {
    "HEIC": ("pillow_heif.HeifImagePlugin", "HEIF", "image/heic"),
    "JPEG XL": ("pillow_jxl.JpegXLImagePlugin", "JXL", "image/jxl"),
}


@pytest.mark.parametrize(("module", "format", "media_type"), EXTRAS.values(), ids=EXTRAS.keys())
def test_a_plug_in_that_is_installed_is_used(module, format, media_type):
    need_module(module)
    data = pictures.picture(format)
    picture = examine_bytes(data, ImagingSettings(), [ThumbnailSettings()])
    assert (picture.media_type, picture.width_px, picture.flags) == (media_type, 400, ())
    assert [rendition.width_px for rendition in picture.renditions] == [320]
