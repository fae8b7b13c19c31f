"""Guesses from a URL's spelling, for places that may hold anything."""

from __future__ import annotations

import re

_EXTENSION = (
    r"\.(?:png|apng|jpe?g|jpe|jfif|pjpeg|gif|webp|avif|svgz?|bmp|ico|cur|tiff?|heic|heif|jxl)"
)
# Behind the extension: the end, or what CDNs append (`@w_820`, `!thumb`, `_640x640.jpg`, `:large`).
_IMAGE_NAME = re.compile(_EXTENSION + r"(?=$|[?#@!:~_,&;-]|%21|\.(?:thumb|\d))", re.IGNORECASE)
_MAY_NAME_AN_IMAGE = re.compile(_EXTENSION + r"|\?", re.IGNORECASE)
may_name_an_image = _MAY_NAME_AN_IMAGE.search  # a first look, for the many links of a page
_NAMESPACE = re.compile(r"[^\W\d]+(?::|%3A)", re.IGNORECASE)  # a wiki's `File:Full.jpg` is a page
_FORMAT_PARAMETER = re.compile(
    r"[?&](?:wx_fmt|fmt|format|f|type)=(?:image/)?(?:png|jpe?g|gif|webp|avif)\b", re.IGNORECASE
)
_BLANK_NAME = re.compile(
    r"(?:^|[/_.-])(?:blank|spacer|space|transparent|trans|pixel|placeholder|place-?holder|loading"
    r"|loader|lazy|lazyload|lazy-?loading|none|nopic|grey|gray|white|empty|dot|clear|1x1|s\.gif"
    r"|default|preload|spinner)(?:[-_.]\w{0,12}|\d{0,4})\.(?:gif|png|svg|jpe?g|webp)(?:$|[?#])",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"(?:^|[/_,?&;-])(?:w|width|s|size|q)[_=-]?(?:[1-5]?\d)(?![\d.])|blur|[-_]lqip|lqip[-_=]",
    re.IGNORECASE,
)


def names_an_image(url: str) -> bool:
    """Whether the path or a format parameter of *url* says that it is an image.

    >>> names_an_image("https://h/a.jpg@w_820"), names_an_image("https://h/wiki/File:A.jpg")
    (True, False)
    """
    if not _MAY_NAME_AN_IMAGE.search(url):
        return False
    if _FORMAT_PARAMETER.search(url):
        return True
    name = url.strip().partition("#")[0].partition("?")[0].rpartition("/")[2]
    return _IMAGE_NAME.search(name) is not None and _NAMESPACE.match(name) is None


def is_placeholder(value: str, real: str) -> bool:
    """Whether *value*, the ``src`` of a lazy image, only holds the place of *real*.

    >>> is_placeholder("data:image/gif;base64,R0lGOD", "https://h/a.jpg")
    True
    >>> is_placeholder("https://h/b.jpg", "https://h/a.jpg")
    False
    """
    value = value.strip()
    if not value or value.startswith(("data:", "about:", "#", "javascript:")) or "{" in value:
        return True
    if _BLANK_NAME.search(value):
        return True
    return _SMALL.search(value) is not None and _SMALL.search(real) is None
