"""What a URL's spelling says."""

import pytest

from archiver.formats.image_urls import is_placeholder, names_an_image

NAMES = {
    "https://h.example/a.jpg": True,
    "https://h.example/a.JPEG?x=1#y": True,
    "https://h.example/a.jpg@s_2,w_820": True,
    "https://h.example/a.jpg!thumb": True,
    "https://h.example/a.jpg_640x640.jpg": True,
    "https://h.example/640?wx_fmt=png": True,
    "https://h.example/a.html": False,
    "https://h.example/a.jpg/page": False,
    "https://h.example/a.jpgx": False,
    "https://h.example/wiki/File:A.jpg": False,
    "https://h.example/wiki/Datei%3AA.jpg": False,
    "https://h.example/?u=a.jpg": False,
    "": False,
}


@pytest.mark.parametrize(("url", "expected"), NAMES.items(), ids=NAMES.keys())
def test_names_an_image(url, expected):
    assert names_an_image(url) is expected


REAL = "https://h.example/photo-2400.jpg"
PLACEHOLDERS = {
    "data:image/gif;base64,AA": True,
    "": True,
    "about:blank": True,
    "/img/blank.gif": True,
    "https://s.example/images/loading.gif": True,
    "static/image/common/none.gif": True,
    "/wp-content/plugins/x/1x1.trans.gif": True,
    "https://h.example/photo-2400.jpg?w=20": True,
    "https://h.example/w_16,e_blur/photo.jpg": True,
    "https://h.example/photo-300.jpg": False,
    "https://h.example/photo-2400.jpg?w=200": False,
    "https://h.example/whitehouse.jpg": False,
    "https://h.example/empty-street-by-night-in-winter.jpg": False,
}


@pytest.mark.parametrize(("value", "expected"), PLACEHOLDERS.items(), ids=PLACEHOLDERS.keys())
def test_is_placeholder(value, expected):
    assert is_placeholder(value, REAL) is expected
