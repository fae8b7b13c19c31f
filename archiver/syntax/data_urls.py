"""Images inside a document: ``data:`` URLs (RFC 2397, WHATWG Fetch "data: URL processor")."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from urllib.parse import unquote_to_bytes

DATA_ATTRIBUTE = "data-url"
"""The attribute of a reference that holds the whole ``data:`` URL."""

_IMAGE = re.compile(r"[\x00-\x20]*data:image/", re.IGNORECASE)
_BASE64 = re.compile(r";[ ]*base64[ ]*\Z", re.IGNORECASE)
_BLANKS = re.compile(rb"[\t\n\f\r ]+")


def is_data_image(value: str) -> bool:
    """Whether *value* is the ``data:`` URL of an image.

    >>> is_data_image("data:image/gif;base64,R0lGOD"), is_data_image("data:text/html,x")
    (True, False)
    """
    return _IMAGE.match(value) is not None


def name_data(data_url: str) -> str:
    """A short URL that stands for *data_url*, the same for the same text.

    >>> name_data("data:image/gif;base64,R0lGOD")[:22]
    'data:image/gif;sha256='
    """
    media_type = re.split("[;,]", data_url, maxsplit=1)[0].lower()
    return f"{media_type};sha256={hashlib.sha256(data_url.encode('utf-8', 'replace')).hexdigest()}"


def decode_data(data_url: str) -> bytes | None:
    """The bytes that *data_url* holds; None: it is none, or its base64 is broken.

    >>> decode_data("data:image/svg+xml,%3Csvg/%3E"), decode_data("data:image/png;base64,QQ")
    (b'<svg/>', b'A')
    """
    head, comma, body = data_url.partition("#")[0].partition(",")
    if not comma or not is_data_image(head):
        return None
    data = unquote_to_bytes(body)
    if not _BASE64.search(head):
        return data
    data = _BLANKS.sub(b"", data).rstrip(b"=")
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
