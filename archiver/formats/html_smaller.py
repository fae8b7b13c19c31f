"""Where smaller copies of an ``img`` can be offered, and where a link around it fits."""

from __future__ import annotations

from archiver.formats.html_scope import Scope
from archiver.model import LINK_ADDED, SIZES_ADDED, SRCSET_ADDED, Reference, Span
from archiver.syntax.html_tree import SourceTag

_LINKS = frozenset(("a", "button", "picture", "label", "summary"))  # around it no link fits


def offer_smaller(tag: SourceTag, scope: Scope, found: list[Reference]) -> None:
    """Note the places of a ``srcset`` and of a link to the full picture.

    Only an ``img`` whose one reference is its ``src``: of others a script, a ``picture`` or a
    ``srcset`` of its own decides what is shown.
    """
    if not scope.findings.settings.smaller_copies or len(found) != 1 or "srcset" in tag.attrs:
        return
    (shown,) = found
    above = _above(tag)
    if shown.role.rpartition(" ")[2] != "src" or "picture" in above:
        return
    _offer_srcset(tag, scope, shown)
    if _LINKS.isdisjoint(above):
        _offer_link(tag, scope, shown)


def _above(tag: SourceTag) -> set[str]:
    ancestors = tag.source.ancestors if tag.source is not None else ()
    return {str(getattr(element, "tag", "")) for element in ancestors}


def _offer_srcset(tag: SourceTag, scope: Scope, shown: Reference) -> None:
    whole = scope.page.extent(tag, "src")
    if whole is None:
        return
    span, quote = scope.page.text.span(*whole), scope.markup('"')
    scope.findings.adjust(
        Span(span.end, span.end), scope.markup(' srcset="'), quote,
        link=shown, needs=[shown], reason=SRCSET_ADDED,
    )  # fmt: skip
    if "sizes" not in tag.attrs:
        scope.findings.adjust(
            Span(span.start, span.start), scope.markup('sizes="'), quote + scope.markup(" "),
            link=shown, needs=[shown], reason=SIZES_ADDED,
        )  # fmt: skip


def _offer_link(tag: SourceTag, scope: Scope, shown: Reference) -> None:
    extent = scope.page.start_tag(tag)
    if extent is None:
        return
    span = scope.page.text.span(*extent)
    scope.findings.adjust(
        Span(span.start, span.start), scope.markup('<a href="'), scope.markup('">'),
        link=shown, needs=[shown], reason=LINK_ADDED,
    )  # fmt: skip
    end = Span(span.end, span.end)
    scope.findings.adjust(end, scope.markup("</a>"), needs=[shown], reason=LINK_ADDED)
