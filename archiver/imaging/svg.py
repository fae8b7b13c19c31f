"""A drawing without what could run, ask another host or fill the memory.

py-svg-hush (Cloudflare's svg-hush, an allow list of elements and attributes) does the work. It is
told less than it needs to know, so it is surrounded: its output is indented and grows with depth
times elements, hence the look beforehand; it turns ``http://h/a.png`` into ``/a.png``, which would
ask our own site, and leaves ``image-set()`` alone, hence the pass afterwards, which keeps only what
leads into the drawing itself, to pictures in ``data:`` URLs, and to local copies.

Local copies come as ``/<marker>/<path>``, since relative URLs lose their ``..`` on the way.
Animations by `animate` and `set` stand still afterwards; those of CSS move.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.parsers import expat

from archiver.errors import PictureError
from archiver.imaging.decode import check_size
from archiver.imaging.refusal import Refusal
from archiver.imaging.settings import ImagingSettings, ThumbnailSettings
from archiver.imaging.signatures import find_type, unpack
from archiver.imaging.structure import walk_structure
from archiver.imaging.svg_render import render_svg
from archiver.model import Outcome, Sanitized
from archiver.syntax.data_urls import decode_data
from archiver.syntax.xml_encoding import read_as_utf8

MAX_DEPTH = 64
MAX_GROWTH, MAX_GROWTH_BYTES = 4, 64 * 1024  # output at most 4 times the input and 64 kB
_WAY_UP = "../../"  # from sanitized/ab/ to the archive folder
_DATA_IMAGES = {"image": ["png", "jpeg", "gif", "webp", "avif"]}

# In the sanitiser's output no attribute holds a plain `<` or `>`, and all are in double quotes.
_TAG = re.compile(r"<[^<>]*>")
_LINK = re.compile(r'\s(?:[\w.-]+:)?(?:href|src)="([^"]*)"')
_ANIMATED = re.compile(r'\s(?:from|to|by|values)="[^":]*:[^"]*"')  # javascript: and its kin
_ATTRIBUTE = re.compile(r'="([^"]*[(\\][^"]*)"')  # one that may hold a url(), or hide it
_STYLE_WITH_ELEMENTS = re.compile(r"<style(?:\s[^<>]*)?(?<!/)>[^<]*<(?!/style>)")
_STYLE = re.compile(r"(<style[^<>]*>)([^<]*)")
_URL = re.compile(
    r"url\(\s*(?:&quot;|&apos;|[\"'])?\s*([^)]*?)\s*(?:&quot;|&apos;|[\"'])?\s*\)", re.I
)
_OPENED_URL = re.compile(r"url\(", re.I)
# Other ways to name a file in CSS; an escape could spell any of them.
_OTHER_CSS = re.compile(r"@import|[\w-]*image-set\(|\b(?:src|image|element|cross-fade)\(|\\", re.I)
_DATA = re.compile(r"data:image/[a-z]+;base64,([A-Za-z0-9+/=]*)")  # as `_spell_data` spells it
_DATA_TYPE = re.compile(r"data:image/[a-z]+")
_DATA_TO_ITS_END = re.compile(_DATA.pattern + r"\)")


def sanitize_file(
    path: str, settings: ImagingSettings, thumbnails: Sequence[ThumbnailSettings], marker: str
) -> Sanitized:
    """The harmless form of the drawing in a file, with its thumbnails.

    Raises:
        PictureError: as `sanitize_svg` refuses it; its URL is *path*.
    """
    try:
        clean = sanitize_svg(Path(path).read_bytes(), marker, settings)
        return Sanitized(clean, render_svg(clean, settings, thumbnails))
    except Refusal as refusal:
        raise PictureError(path, refusal.outcome, refusal.reason) from refusal


def read_svg(data: bytes) -> bytes:
    """The text of an SVG or svgz, in UTF-8.

    Raises:
        ValueError: see `read_as_utf8`.
    """
    return read_as_utf8(unpack(data) if data[:2] == b"\x1f\x8b" else data)


def sanitize_svg(data: bytes, marker: str, settings: ImagingSettings) -> bytes:
    """The harmless form of the drawing *data*, as UTF-8.

    Args:
        marker: of the links to local copies; letters and digits that nobody else can know to use.

    Raises:
        Refusal: ``unsafe``: ``depth``, ``growth``, ``pixels`` (of a picture in it), or
            ``encoding`` (it is in none that can be told), ``sanitizer`` (it cannot be sanitised).
    """
    try:
        text = read_svg(data)
    except ValueError as error:
        raise Refusal(Outcome.UNSAFE, "encoding") from error
    _check_shape(text)
    clean = _keep_harmless_links(_hush(text), marker)
    if len(clean) > _limit(len(text)):
        raise Refusal(Outcome.UNSAFE, "growth")
    for picture in _find_pictures(clean):
        _check_picture(picture, settings)
    return clean.replace(f"/{marker}/", _WAY_UP).encode()


def _limit(size_bytes: int) -> int:
    return MAX_GROWTH * size_bytes + MAX_GROWTH_BYTES


def _check_shape(text: bytes) -> None:
    """Refuse what grows too deep, or would grow too large where each element has a line."""
    depth = indents = 0
    limit = _limit(len(text))

    def enter(name: str, attributes: object) -> None:
        nonlocal depth, indents
        depth, indents = depth + 1, indents + 2 * depth
        if depth > MAX_DEPTH:
            raise Refusal(Outcome.UNSAFE, "depth")
        if indents > limit:
            raise Refusal(Outcome.UNSAFE, "growth")

    def leave(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = enter, leave
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError) as error:
        raise Refusal(Outcome.UNSAFE, "sanitizer") from error


def _hush(text: bytes) -> str:
    try:
        from py_svg_hush import filter_svg

        return filter_svg(text, _DATA_IMAGES).decode()
    except (ImportError, ValueError) as error:
        raise Refusal(Outcome.UNSAFE, "sanitizer") from error


def _keep_harmless_links(text: str, marker: str) -> str:
    """*text* without links that lead anywhere but into itself or to local copies."""

    def clean_css(css: str) -> str:
        css = _URL.sub(lambda m: f"url({_harmless(m[1], marker) or '#'})", css)
        opened = _OPENED_URL.finditer(css)  # also one that the end of the text closes
        is_safe = all(_is_safe_start(css, match.end(), marker) for match in opened)
        return css if is_safe and not _OTHER_CSS.search(css) else ""

    def clean_link(match: re.Match[str]) -> str:
        url = _harmless(match[1], marker)
        return match[0].replace(f'"{match[1]}"', f'"{url}"') if url else ""

    def clean_tag(match: re.Match[str]) -> str:
        tag = _LINK.sub(clean_link, match[0])
        return _ATTRIBUTE.sub(lambda m: f'="{clean_css(m[1])}"', _ANIMATED.sub("", tag))

    if _STYLE_WITH_ELEMENTS.search(text):  # the sanitiser doesn't look at what follows them
        raise Refusal(Outcome.UNSAFE, "sanitizer")
    return _STYLE.sub(lambda m: m[1] + clean_css(m[2]), _TAG.sub(clean_tag, text))


def _harmless(url: str, marker: str) -> str:
    """A link that stays in the drawing, in its bytes, or leads to a local copy; else ""."""
    if url.startswith(("#", f"/{marker}/")):
        return url
    return _spell_data(url) if url.startswith("data:image/") else ""


def _spell_data(url: str) -> str:
    """A picture's ``data:`` URL in the one spelling that `_find_pictures` reads; "": it has none.

    >>> _spell_data("data:image/png;charset=x; base64,%51UF&#xA;B")
    'data:image/png;base64,QUFB'
    """
    url = html.unescape(url)
    media_type = re.split("[;,]", url, maxsplit=1)[0].strip()
    data = decode_data(url) if _DATA_TYPE.fullmatch(media_type) else None  # no drawing
    return f"{media_type};base64,{base64.b64encode(data).decode()}" if data is not None else ""


def _is_safe_start(css: str, place: int, marker: str) -> bool:
    return (
        css.startswith(("#", f"/{marker}/"), place)
        or _DATA_TO_ITS_END.match(css, place) is not None
    )


def _find_pictures(text: str) -> Iterator[bytes]:
    return (base64.b64decode(match[1]) for match in _DATA.finditer(text))


def _check_picture(data: bytes, settings: ImagingSettings) -> None:
    """Refuse a bomb inside a drawing by what its header tells."""
    image_type = find_type(data)
    if image_type is None or not image_type.decoder:
        return
    structure = walk_structure(image_type.name, data)
    if structure.danger:
        raise Refusal(Outcome.UNSAFE, structure.danger)
    check_size(structure.width_px, structure.height_px, settings)
