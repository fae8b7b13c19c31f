"""Images that only machines read: metadata of the head, JSON-LD."""

from __future__ import annotations

from archiver.formats.html_scope import Scope
from archiver.formats.image_urls import names_an_image
from archiver.model import Reference
from archiver.syntax.escapes import JSON_STRING
from archiver.syntax.html_tree import SourceTag
from archiver.syntax.json_strings import find_strings

_META_IMAGES = frozenset((
    "og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src",
    "image", "thumbnail", "thumbnailurl", "msapplication-tileimage",
    "msapplication-square70x70logo", "msapplication-square150x150logo",
    "msapplication-wide310x150logo", "msapplication-square310x310logo", "sailthru.image.full",
    "sailthru.image.thumb", "parsely-image-url", "shareaholic:image", "weibo:article:image",
))  # fmt: skip
_NAMED_BY = ("property", "name", "itemprop")
_JSON_IMAGES = frozenset((
    "image", "images", "logo", "thumbnailurl", "thumbnail", "photo", "primaryimageofpage",
    "screenshot",
))  # fmt: skip
_JSON_URLS = frozenset(("url", "contenturl", "thumbnailurl"))


def find_meta(tag: SourceTag, scope: Scope) -> list[Reference]:
    """The image a ``meta`` names."""
    for attribute in _NAMED_BY:
        name = tag.value(attribute).strip().lower()
        if name in _META_IMAGES:
            said = f"itemprop {name}" if attribute == "itemprop" else name
            return scope.url(tag, "content", f"meta {said}")
    return []


def find_json_ld(tag: SourceTag, scope: Scope) -> list[Reference]:
    """The images of linked data."""
    place = scope.page.raw_text(tag)
    if place is None or tag.value("type").strip().lower() != "application/ld+json":
        return []
    text = scope.page.text.child(*place)
    found: list[Reference] = []
    for string in find_strings(text.text):
        if _is_image([key.lower() for key in string.path[-2:]], string.value):
            value = text.child(string.start, string.end, JSON_STRING)
            said = {"field": ".".join(string.path)}
            found += scope.add(value, "json-ld image", said, escaped=False)
    return found


def _is_image(path: list[str], value: str) -> bool:
    if not path or "/" not in value:
        return False
    if path[-1] in _JSON_IMAGES:
        return True
    if path[-1] not in _JSON_URLS:
        return False
    is_inside = len(path) > 1 and path[0] in _JSON_IMAGES
    return is_inside or (path[-1] == "contenturl" and names_an_image(value))
