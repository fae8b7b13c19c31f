"""Settings as a configuration file gives them."""

from __future__ import annotations

import msgspec
import pytest

from archiver.imaging.settings import ImagingSettings, ThumbnailSettings

REFUSED = {
    "a format nobody makes": ({"format": "gif"}, ThumbnailSettings),
    "a name that is a path": ({"name": "../x"}, ThumbnailSettings),
    "a quality above 100": ({"quality": 101}, ThumbnailSettings),
    "a side WebP cannot hold": ({"max_width": 16_384}, ThumbnailSettings),
    "a colour by name": ({"background": "white"}, ThumbnailSettings),
    "no pixels": ({"max_pixels": 0}, ImagingSettings),
    "no time": ({"worker_wall_s": 0}, ImagingSettings),
}


@pytest.mark.parametrize(("given", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(given, kind):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, kind)


def test_taken():
    given = {"name": "wide", "max_width": 1200, "fit": "cover", "format": "same"}
    assert msgspec.convert(given, ThumbnailSettings) == ThumbnailSettings(**given)


def test_workers_are_as_many_as_cores_or_as_told():
    assert ImagingSettings().worker_limit >= 1
    assert ImagingSettings(workers=3).worker_limit == 3
