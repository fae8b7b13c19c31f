"""What in a document would keep a local copy from showing: its base, its policy, CORS, hashes.

Each is changed by an adjustment, applied when a link is written and undone by a restore.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import turbohtml

from archiver.formats.html_scope import Scope
from archiver.model import Reference
from archiver.syntax.escapes import HTML_ATTRIBUTE
from archiver.syntax.html import Attribute, HtmlPage
from archiver.syntax.html_tree import SourceTag
from archiver.syntax.urls import is_relative, resolve, resolve_base

CSP_AWAY = "x-archived-content-security-policy"  # no browser knows it
_URL_ATTRIBUTES = {
    "a": ("href",), "area": ("href",), "link": ("href",), "script": ("src",), "iframe": ("src",),
    "frame": ("src",), "img": ("src", "longdesc"), "input": ("src", "formaction"),
    "button": ("formaction",), "form": ("action",), "object": ("data",), "embed": ("src",),
    "audio": ("src",), "video": ("src", "poster"), "source": ("src",), "track": ("src",),
    "blockquote": ("cite",), "q": ("cite",), "ins": ("cite",), "del": ("cite",),
}  # fmt: skip
_RELATIVE = ",".join(f"{tag}[{name}]" for tag, names in _URL_ATTRIBUTES.items() for name in names)

Rebase = Callable[[str], str | None]


def find_base(page: HtmlPage) -> tuple[Attribute, str] | None:
    """The href of the first ``base`` that counts, and what it says, decoded."""
    for element in page.document.select("base[href]"):
        # What stands in a template is inert.
        inert = any(isinstance(node, turbohtml.DocumentFragment) for node in element.ancestors)
        place = None if inert else page.attribute_of(element, "href")
        if place is not None:
            value = page.text.child(place.value_start, place.value_end, HTML_ATTRIBUTE).text
            return place, value
    return None


def rebaser(value: str, base_url: str | None) -> Rebase:
    """What makes a URL independent of ``<base href=value>``.

    Where the document has no URL of its own on the web the base is put before the relative URL.
    """
    base = resolve_base(value, base_url)
    if base is not None and base.startswith("http"):
        return absolute_to(base)
    path, folder = _split_base(value)

    def rebase(url: str) -> str | None:
        url = url.strip()
        if not is_relative(url) or url[0] in "/\\":
            return None
        before = path if url[0] == "?" else folder
        return f"{before}{url}" if before else None

    return rebase


def _split_base(value: str) -> tuple[str, str]:
    """The path of a base without a host, and the folder it names, with a slash at its end.

    >>> _split_base("../a b/c.html?d"), _split_base("/"), _split_base("..")
    (('../a%20b/c.html', '../a%20b/'), ('/', '/'), ('..', '../'))
    """
    path = re.sub(r"\s", "%20", re.split("[?#]", value.strip(), maxsplit=1)[0])
    folder, slash, last = path.rpartition("/")
    return path, f"{path}/" if last in (".", "..") else folder + slash


def absolute_to(base: str, encoding: str = "utf-8") -> Rebase:
    """What makes a relative URL absolute; its fragment stays. *encoding*: the document's."""

    def rebase(url: str) -> str | None:
        mark, fragment = url.partition("#")[1:]
        absolute = resolve(url, base, encoding) if is_relative(url.strip()) else None
        return absolute and f"{absolute}{mark}{fragment.strip()}"

    return rebase


def empty_base(scope: Scope, place: Attribute) -> None:
    """Empty the base, so that relative local links resolve against the document itself."""
    # Unquoted, an empty value would swallow the attribute behind it.
    new = b"" if place.quote else scope.markup('""')
    scope.findings.adjust(scope.span_of(place), new, reason=scope.base_reason)


def free_from_base(scope: Scope) -> None:
    """Make every relative URL absolute that is no image's."""
    for element in scope.page.document.select(_RELATIVE):
        for name in _URL_ATTRIBUTES[element.tag]:
            place = scope.page.attribute_of(element, name)
            if place is None or scope.findings.has(scope.span_of(place)):
                continue
            scope.make_absolute(
                scope.page.text.child(place.value_start, place.value_end, HTML_ATTRIBUTE)
            )


def disarm_policy(tag: SourceTag, scope: Scope) -> None:
    """Rename the policy of a ``meta`` that may forbid local copies."""
    if tag.value("http-equiv").strip().lower() == "content-security-policy":
        place = scope.page.attribute(tag, "http-equiv")
        if place is not None:
            new = scope.markup(CSP_AWAY)
            scope.findings.adjust(scope.span_of(place), new, reason="csp")


def disarm_checks(tag: SourceTag, scope: Scope, found: list[Reference]) -> None:
    """Rename ``crossorigin`` and ``integrity`` of a tag whose image becomes local.

    On a ``file:`` page a CORS request always fails; a hash of other bytes never fits.
    """
    if not found:
        return
    for name in ("crossorigin", "integrity"):
        whole = scope.page.extent(tag, name) if name in tag.attrs else None
        if whole is not None:
            start = scope.page.text.span(whole[0], whole[0])
            scope.findings.adjust(start, scope.markup("data-"), needs=found[:1], reason=name)
