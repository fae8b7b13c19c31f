"""``s3://bucket/prefix`` and its kin, told apart from folders."""

from __future__ import annotations

import re

SCHEMES = ("s3", "gs", "az")
_SCHEME_BYTES = tuple(f"{scheme}://".encode() for scheme in SCHEMES)
_URL = re.compile(rf"(?:{'|'.join(SCHEMES)})://[A-Za-z0-9][A-Za-z0-9._-]*(?:/[^\s?#\\]*)?")
_OTHERS = ", ".join(f"{scheme}://" for scheme in SCHEMES[1:])
EXPECTED = f"{SCHEMES[0]}://bucket/prefix (or {_OTHERS}); credentials stand in the environment"


def is_object_url(place: str) -> bool:
    """Whether *place* is on an object store and no folder.

    >>> is_object_url("s3://pictures/a"), is_object_url("archive"), is_object_url("./s3:/a")
    (True, False, False)
    """
    return place.startswith(tuple(f"{scheme}://" for scheme in SCHEMES))


def clean_object_url(place: str) -> str:
    """*place* without a slash at its end.

    Raises:
        ValueError: it is no URL of an object store, or climbs.

    >>> clean_object_url("s3://pictures/a/")
    's3://pictures/a'
    """
    parts = place.split("/")[3:]
    if not _URL.fullmatch(place) or {".", ".."} & set(parts) or "" in parts[:-1]:
        raise ValueError(f"expected {EXPECTED}")
    return place.rstrip("/")


def join_url(url: str, path: str) -> str:
    """The URL of *path* below *url*.

    >>> join_url("s3://pictures", "journal")
    's3://pictures/journal'
    """
    return f"{url}/{path}"


def is_object_path(path: bytes) -> bool:
    """Whether a document's path is the URL of an object.

    >>> is_object_path(b"s3://pictures/posts/a.md"), is_object_path(b"/srv/posts/a.md")
    (True, False)
    """
    return path.startswith(_SCHEME_BYTES)


def split_object_path(path: bytes) -> tuple[str, str]:
    """The URL of the bucket of an object, and its name there.

    Nothing in a name means anything: ``#``, ``?`` and ``%`` are characters of it.

    >>> split_object_path(b"s3://pictures/posts/a#b.md")
    ('s3://pictures', 'posts/a#b.md')
    """
    scheme, _, rest = path.decode("utf-8", "surrogateescape").partition("://")
    bucket, _, name = rest.partition("/")
    return f"{scheme}://{bucket}", name
