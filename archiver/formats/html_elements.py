"""Where in HTML an image stands: a row a place.

To add one: a row in `PLACES`, its tag in `SELECTOR` if no other row has it, a case in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import turbohtml

from archiver.formats.html_scope import Scope
from archiver.formats.image_urls import may_name_an_image, names_an_image
from archiver.model import Reference
from archiver.syntax.html_tree import SourceTag


def is_image_input(tag: SourceTag) -> bool:
    """``<input type=image>``."""
    return tag.value("type").lower() == "image"


def is_image_object(tag: SourceTag) -> bool:
    """An ``object`` or ``embed`` whose type or URL is an image's."""
    kind = tag.value("type").lower()
    if kind:
        return kind.startswith("image/")
    return names_an_image(tag.value("data") or tag.value("src"))


def is_in_picture(tag: SourceTag) -> bool:
    """A ``source`` of a ``picture``, not of a video."""
    return tag.parent is not None and tag.parent.name == "picture"


_ICONS = frozenset((
    "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "apple-touch-startup-image",
    "mask-icon", "fluid-icon",
))  # fmt: skip


def is_icon(tag: SourceTag) -> bool:
    """``<link rel="shortcut icon">`` and its kin."""
    return not _ICONS.isdisjoint(tag.words("rel"))


def is_preload(tag: SourceTag) -> bool:
    """``<link rel=preload as=image>``."""
    is_early = not {"preload", "prefetch"}.isdisjoint(tag.words("rel"))
    return is_early and tag.value("as").lower() == "image"


def is_lead_image(tag: SourceTag) -> bool:
    """``<link rel=image_src>``, ``<link itemprop=image>``."""
    return "image_src" in tag.words("rel") or tag.value("itemprop").lower() in (
        "image", "thumbnailurl",
    )  # fmt: skip


def lacks_href(tag: SourceTag) -> bool:
    """SVG: ``xlink:href`` counts only without ``href``."""
    return "href" not in tag.attrs


@dataclass(frozen=True, slots=True)
class Place:
    """An attribute that names an image.

    Attributes:
        role: of the reference.
        applies: whether it does on this tag; None: always.
        read: how: one URL, a srcset, CSS.
    """

    tag: str
    attribute: str
    role: str
    applies: Callable[[SourceTag], bool] | None = None
    read: Callable[[Scope, SourceTag, str, str], list[Reference]] = Scope.url


PLACES = (
    Place("img", "src", "img src"),
    Place("img", "srcset", "img srcset", read=Scope.srcset),
    Place("source", "srcset", "source srcset", read=Scope.srcset),
    Place("source", "src", "source src", is_in_picture),
    Place("amp-img", "src", "amp-img src"),
    Place("amp-img", "srcset", "amp-img srcset", read=Scope.srcset),
    Place("amp-anim", "src", "amp-img src"),
    Place("amp-anim", "srcset", "amp-img srcset", read=Scope.srcset),
    Place("input", "src", "input src", is_image_input),
    Place("video", "poster", "video poster"),
    Place("amp-video", "poster", "video poster"),
    Place("object", "data", "object data", is_image_object),
    Place("embed", "src", "embed src", is_image_object),
    Place("link", "href", "link icon", is_icon),
    Place("link", "href", "link preload", is_preload),
    Place("link", "imagesrcset", "link imagesrcset", is_preload, Scope.srcset),
    Place("link", "href", "link image_src", is_lead_image),
    *(
        Place(tag, "background", f"{tag} background")
        for tag in ("body", "table", "thead", "tbody", "tfoot", "tr", "td", "th")
    ),
    *(
        place
        for tag in ("image", "use", "feImage")
        for place in (
            Place(tag, "href", f"svg {tag} href"),
            Place(tag, "xlink:href", f"svg {tag} href", lacks_href),
        )
    ),
    Place("a", "href", "a href image"),
)
PLACES_OF = {
    tag: tuple(place for place in PLACES if place.tag == tag)
    for tag in {place.tag for place in PLACES}
}

LAZY_BACKGROUNDS = ("data-bg", "data-background", "data-background-image", "data-bg-src")
# SVG attributes that take a CSS url(); most hold none or `url(#local)`.
CSS_ATTRIBUTES = (
    "fill", "stroke", "filter", "mask", "clip-path", "cursor", "marker-start", "marker-mid",
    "marker-end",
)  # fmt: skip
_BACKGROUNDS = frozenset(("style", *CSS_ATTRIBUTES, *LAZY_BACKGROUNDS))

SELECTOR = ",".join((
    "img", "source", "picture", "noscript", "amp-img", "amp-anim", "input[src]",
    "video[poster]", "amp-video[poster]", "object[data]", "embed[src]", "link[rel]",
    "link[itemprop]",
    "[background]", "image", "use", "feImage", "a[href]", "meta[content]", "meta[http-equiv]",
    "style", "script[type]", "iframe[srcdoc]", '[style*="url" i]', '[style*="image-set" i]',
    '[style*="\\\\"]',
    *(f"[{name}]" for name in LAZY_BACKGROUNDS),
    *(f'[{name}*="url" i]' for name in CSS_ATTRIBUTES),
))  # fmt: skip
_LIGHTBOX = ",".join((
    "a[data-lightbox]", "a[data-fancybox]", "a[data-gallery]", "a[data-pswp-width]", "a.lightbox",
    "a.fancybox", "a.glightbox", "a.image-popup", "a[rel~=lightbox]", "a[type^=image]",
))  # fmt: skip


def choose(document: turbohtml.Document) -> list[turbohtml.Element]:
    """The elements that may name an image, in document order."""
    marked = set(document.select(_LIGHTBOX))
    return [
        element
        for element in document.select(SELECTOR)
        if element.tag != "a" or _links_to_image(element) or element in marked
    ]


def _links_to_image(element: turbohtml.Element) -> bool:
    href = element.attr("href")
    return isinstance(href, str) and bool(may_name_an_image(href)) and names_an_image(href)


def find_places(tag: SourceTag, scope: Scope) -> list[Reference]:
    """The references of the table's rows."""
    found: list[Reference] = []
    for place in PLACES_OF.get(tag.name, ()):
        if place.attribute in tag.attrs and (place.applies is None or place.applies(tag)):
            found += place.read(scope, tag, place.attribute, place.role)
    return found


def find_backgrounds(tag: SourceTag, scope: Scope) -> list[Reference]:
    """The references of CSS in attributes, and of lazy backgrounds."""
    found: list[Reference] = []
    for name in _BACKGROUNDS.intersection(tag.attrs):
        is_css = name not in LAZY_BACKGROUNDS or "url(" in tag.value(name)
        found += scope.css_value(tag, name) if is_css else scope.url(tag, name, name)
    return found
