"""Images that a script loads: the real URL stands in another attribute than ``src``.

The references are those attributes; so that the picture shows without the script, a placeholder in
``src`` is given the link of the real one.
"""

from __future__ import annotations

from archiver.formats.html_scope import Scope
from archiver.formats.image_urls import is_placeholder, names_an_image
from archiver.model import Reference, Span
from archiver.syntax.html_tree import SourceTag
from archiver.syntax.urls import resolve

# In order of trust: the first one found is what the reader is meant to see.
LAZY_ATTRIBUTES = (
    "data-src", "data-original", "data-original-src", "data-lazy-src", "data-lazy",
    "data-actualsrc", "data-echo", "data-real-src", "data-lazyload", "data-img-src",
    "data-image-src", "data-hi-res-src", "file", "zoomfile", "data-large-file", "data-orig-file",
    "data-full-src", "data-large-src", "data-zoom-image", "data-zoom-src",
)  # fmt: skip
LAZY_SRCSETS = (
    "data-srcset", "data-lazy-srcset", "data-original-srcset", "data-original-set",
    "data-lazy-set", "data-orig-srcset",
)  # fmt: skip
# Those of them that a script puts into `src`; the rest name a larger copy for a viewer.
_LOADED = frozenset((*LAZY_ATTRIBUTES[:13], *LAZY_SRCSETS))
_LAZY = frozenset((*LAZY_ATTRIBUTES, *LAZY_SRCSETS))
IMAGE_TAGS = frozenset(("img", "source", "image", "amp-img", "amp-anim"))


def find_lazy(tag: SourceTag, scope: Scope) -> list[Reference]:
    """The references of a tag's lazy-loading attributes, best first."""
    names = [name for name in tag.attrs if name[:5] == "data-" or name in _LAZY]
    if not names:
        return []
    known = [name for name in LAZY_ATTRIBUTES if name in names]
    others = [name for name in names if name not in _LAZY and _holds_an_image(tag, name, scope)]
    found: list[Reference] = []
    for name in known:
        if "." in tag.value(name) or "/" in tag.value(name):
            found += scope.url(tag, name, f"{tag.name} {name}")
    for name in LAZY_SRCSETS:
        found += scope.srcset(tag, name, f"{tag.name} {name}")
    for name in others:
        found += scope.url(tag, name, f"{tag.name} {name}")
    return found


def _holds_an_image(tag: SourceTag, name: str, scope: Scope) -> bool:
    """Whether an attribute of any name reads as the URL of an image, as a whole."""
    value = tag.value(name).strip()
    if "/" not in value or any(char in value for char in " \n\"'{}<>"):
        return False
    url = resolve(value, scope.base_url)
    return url is not None and names_an_image(url)


def fill_placeholder(tag: SourceTag, scope: Scope, lazy: list[Reference]) -> None:
    """Give the link of the real image to a ``src`` and ``srcset`` that only hold its place.

    A ``source`` without ``srcset`` is passed over by browsers; one with a placeholder is not.
    """
    if not lazy or tag.name not in ("img", "source"):
        return
    real = lazy[0]
    if "srcset" in tag.attrs and not _has_srcset(tag, scope):
        _replace(tag, "srcset", scope, real)
    if tag.name == "source":
        return
    if "src" not in tag.attrs:
        if "srcset" not in tag.attrs:
            _insert(tag, scope, real)
    elif is_placeholder(tag.value("src"), real.url):
        _replace(tag, "src", scope, real)
    elif real.role.rpartition(" ")[2] in _LOADED:
        _replace_small(tag, scope, real)


def _has_srcset(tag: SourceTag, scope: Scope) -> bool:
    place = scope.page.attribute(tag, "srcset")
    return place is not None and scope.findings.has(scope.span_of(place))


def _replace(tag: SourceTag, name: str, scope: Scope, real: Reference) -> None:
    place = scope.page.attribute(tag, name)
    if place is not None and place.value_end > place.value_start:
        span = scope.span_of(place)
        scope.findings.adjust(span, b"", link=real, needs=[real], reason="lazy")
        return
    whole = scope.page.extent(tag, name)  # `src`, `src=` or `src=""`
    if whole is not None:
        span = scope.page.text.span(*whole)
        start, end = scope.markup(f'{name}="'), scope.markup('"')
        scope.findings.adjust(span, start, end, link=real, needs=[real], reason="lazy")


def _replace_small(tag: SourceTag, scope: Scope, real: Reference) -> None:
    """A ``src`` of which only its pixels will tell whether it holds a place."""
    for small in scope.url(tag, "src", f"{tag.name} src"):
        if small.url != real.url:
            needs = [real, small]
            scope.findings.adjust(
                small.span, b"", link=real, needs=needs, reason="lazy", over=small
            )


def _insert(tag: SourceTag, scope: Scope, real: Reference) -> None:
    """Add a ``src`` behind the attribute that holds the real URL."""
    for name in tag.attrs:
        whole = scope.page.extent(tag, name)
        span = scope.page.text.span(*whole) if whole else None
        if span is not None and span.start <= real.span.start < span.end:
            behind = Span(span.end, span.end)
            start, end = scope.markup(' src="'), scope.markup('"')
            scope.findings.adjust(behind, start, end, link=real, needs=[real], reason="lazy")
            return
