"""A page that is saved elsewhere than its URL says: its style sheets, and what must be absolute."""

from __future__ import annotations

import re

from archiver.formats import ReadingSettings
from archiver.formats.html_base import Rebase, absolute_to, disarm_checks, rebaser
from archiver.formats.html_scope import Scope
from archiver.syntax.html import HtmlPage
from archiver.syntax.html_tree import SourceTag
from archiver.syntax.urls import resolve_base

_REFRESH = re.compile(r"\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?([\"']?)(?P<url>.+?)\1\s*", re.I | re.S)


def choose_rebaser(
    page: HtmlPage, base: str | None, base_url: str | None, settings: ReadingSettings
) -> Rebase | None:
    """What makes relative URLs absolute; None: they stay as they are.

    Args:
        base: decoded href of the page's ``<base>``; None for none.
    """
    if settings.is_moved and base_url is not None:
        start = base_url if base is None else resolve_base(base, base_url)
        return absolute_to(start or base_url, page.text.encoding)
    return None if base is None else rebaser(base, base_url)


def find_sheet(tag: SourceTag, scope: Scope) -> None:
    """The style sheet of a ``link``."""
    if scope.findings.settings.is_moved and "stylesheet" in tag.words("rel"):
        href = scope.page.value(tag, "href")
        if href is not None:
            disarm_checks(tag, scope, scope.sheet(href, scope.role(tag, "link stylesheet")))


def free_refresh(tag: SourceTag, scope: Scope) -> None:
    """Make the URL of ``<meta http-equiv=refresh>`` absolute."""
    if scope.rebase is None or tag.value("http-equiv").strip().lower() != "refresh":
        return
    content = scope.page.value(tag, "content")
    match = _REFRESH.fullmatch(content.text) if content else None
    if content is not None and match is not None:
        scope.make_absolute(content.child(*match.span("url")))
